"""Every setting, in one place; each description is its documentation in the README."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _zone(name: str) -> str:
    ZoneInfo(name)
    return name


def _without_slash(address: str) -> str:
    """An address to which paths are added as they are."""
    return address.rstrip("/")


class Settings(BaseSettings):
    """Read from the environment, then from `.env`; frozen afterwards."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: str = Field(
        "",
        description="Where everything is kept. Default: an SQLite file in DATA_DIR. "
        "At scale: postgresql+psycopg://user:password@host/name",
    )
    data_dir: Path = Field(Path("data"), description="Folder of the database and other files of this program.")
    content_dir: Path = Field(
        Path(__file__).resolve().parent.parent / "content", description="Folder of lessons, facts, dates and forms."
    )
    public_url: Annotated[str, AfterValidator(_without_slash)] = Field(
        "", description="Address at which people and platforms reach this server, https://…"
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the web server listens on; 0 takes a free one.")
    metrics_host: str = Field("127.0.0.1", description="Address at which /ready and /metrics are answered.")
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Port of /ready and /metrics; 0: none of their own. Without PUBLIC_URL they are answered on PORT "
        "too, to this machine only.",
    )
    telegram_bot_token: SecretStr = Field(SecretStr(""), description="Token of the Telegram bot; empty: no Telegram.")
    telegram_api_base_url: str = Field(
        "https://api.telegram.org", description="Root of the Bot API server, without /bot."
    )
    telegram_proxy: str = Field("", description="Proxy for the Bot API: http://… or https://…")
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret of the Telegram webhook. With PUBLIC_URL set Telegram calls us, and this is needed.",
    )
    zalo_bot_tokens: SecretStr = Field(
        SecretStr(""), description="Tokens of the Zalo bots, separated by commas; empty: no Zalo."
    )
    zalo_api_base_url: str = Field(
        "https://bot-api.zaloplatforms.com", description="Root of the Zalo Bot server, without /bot."
    )
    zalo_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret of the Zalo webhook, 8 to 256 characters; needed with PUBLIC_URL set.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Key that signs what the program gives out, 32 characters or more. Empty: one is made at the first "
        "start and kept in DATA_DIR; several machines must share one.",
    )
    secret_keys_old: SecretStr = Field(
        SecretStr(""),
        description="Former values of SECRET_KEY, separated by commas: they still open what they sealed and check what "
        "they signed. Take one out once 'tungngo privacy rotate' is done and its backups are gone.",
    )
    backup_passphrase: SecretStr = Field(
        SecretStr(""),
        description="Words that seal backups, 12 characters or more; such a backup carries the program's key with it. "
        "Empty: the program's key seals them, and must be kept somewhere else too.",
    )
    keep_messages_days: int = Field(90, ge=1, description="Days after which messages that were sent are deleted.")
    keep_inbox_days: int = Field(
        30, ge=2, description="Days after which the platforms' message numbers and codes that failed are deleted."
    )
    keep_answers_days: int = Field(
        180, ge=1, le=180, description="Days for which it is known who was told which fact; at most 180."
    )
    keep_questions_days: int = Field(
        365, ge=1, le=365, description="Days after which questions and marks are deleted; at most 365."
    )
    keep_news_days: int = Field(180, ge=30, description="Days after which settled reminders and news are deleted.")
    keep_audit_days: int = Field(1825, ge=30, description="Days after which it is forgotten who changed what.")
    keep_proofs_days: int = Field(
        1825, ge=30, description="Days after which proofs of withdrawn consents and of settled requests are deleted."
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Ho_Chi_Minh", description="Time zone of days, weeks and decent hours."
    )
    default_locale: str = Field("vi", pattern="^(vi|en)$", description="Language of new people: vi or en.")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")

    @property
    def database(self) -> str:
        """The database's address, the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'tungngo.db'}"

    @property
    def zalo_tokens(self) -> list[SecretStr]:
        """One token a bot."""
        tokens = self.zalo_bot_tokens.get_secret_value().replace(";", ",").split(",")
        return [SecretStr(token.strip()) for token in tokens if token.strip()]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone."""
        return ZoneInfo(self.timezone)

    @property
    def by_webhook(self) -> bool:
        """Whether the platforms shall call us; else we poll."""
        return bool(self.public_url)

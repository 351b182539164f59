"""Every setting, in one place; each description is its documentation in the README."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _zone(name: str) -> str:
    ZoneInfo(name)
    return name


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
    public_url: str = Field("", description="Address at which people and platforms reach this server, https://…")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=0, le=65535, description="Port the web server listens on; 0 takes a free one.")
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

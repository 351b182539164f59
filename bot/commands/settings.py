"""What every command begins with: the settings, and the database they name."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from bot import logs
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.secret import keyring
from bot.services.personal_data import key_rotation
from bot.settings import Settings
from bot.storage import schema


def read_settings() -> Settings:
    """The settings. SetupFault naming the one that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(str(fault["loc"][0]).upper() for fault in error.errors())
        msg = f"These settings cannot be used: {names}. See 'tungngo settings' for what each takes."
        raise SetupFault(msg) from None


def open_database() -> Any:
    """The database of the settings; SetupFault unless it is of this program's version."""
    settings = read_settings()
    logs.set_up(settings.log_level)
    schema.check(settings.database)
    return key_rotation.opened(settings.database, keyring(settings))


def upgrade() -> None:
    """Make the database or bring it up to date."""
    settings = read_settings()
    schema.upgrade(settings.database)
    today = system_clock().astimezone(settings.zone).date()
    key_rotation.opened(settings.database, keyring(settings), seal=today).close()
    print("Cơ sở dữ liệu đã sẵn sàng.")


def settings_table() -> str:
    """A Markdown table of every setting."""
    rows = [
        f"| `{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(("| setting | default | meaning |", "|---|---|---|", *rows))


def _default(field: FieldInfo) -> str:
    default = field.default
    if isinstance(default, Path) and default.is_absolute():
        return "the program's own"
    text = default.get_secret_value() if hasattr(default, "get_secret_value") else str(default)
    return f"`{text}`" if text else ""

"""What `tungngo backup` and `tungngo restore` do."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from bot import logs
from bot.commands.programs import read_settings
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.core.sealing import Kind, Opener
from bot.secret import keep_key, known_key, secret_key
from bot.services import backups
from bot.services.backup_file import Tally
from bot.settings import Settings
from bot.storage import schema
from bot.storage.database import Database

SHORTEST: Final = 12
SHOWN: Final = 16  # hexadecimal digits of a hash


def backup(out: Path | None) -> None:
    """Write the file and print what is in it. SetupFault, one clear line, when it cannot be written."""
    settings = read_settings()
    logs.set_up("ERROR")
    now = system_clock()
    path = out or settings.data_dir / "backups" / f"tungngo-{now.astimezone(settings.zone):%Y%m%d-%H%M%S}.backup"
    _refuse_missing(settings)
    opener = _sealer(settings)
    secret = secret_key(settings).decode() if opener.kind is Kind.PASSPHRASE else ""
    with closing(Database(settings.database)) as database:
        made = backups.write(database, path, opener, secret=secret, now=now)
    _print(made.tables)
    print(f"{path}: {made.size} byte, đã đọc lại và khớp từng bảng.")
    if opener.kind is Kind.KEY:
        print(
            "Bản sao này mở bằng khóa của chương trình: cất khóa đó (DATA_DIR/secret.key hoặc SECRET_KEY) ở nơi khác."
        )


def restore(path: Path) -> None:
    """Fill an empty database from the file and print what came. SetupFault, one clear line, and nothing is changed."""
    settings = read_settings()
    logs.set_up("ERROR")
    opener = _opener(settings, backups.sealed_with(path))
    manifest = backups.look(path, opener, settings.database)
    if manifest.secret:
        _take_key(settings, manifest.secret.encode())
    _, tables = backups.restore(path, opener, settings.database)
    _print(tables)
    print(f"Đã khôi phục bản sao lúc {manifest.made_at}; số dòng và mã băm của từng bảng đều khớp.")


def _print(tables: Sequence[Tally]) -> None:
    for each in tables:
        if each.rows:
            print(f"{each.table:<24}{each.rows:>10}  {each.sha256[:SHOWN]}")
    empty = sum(not each.rows for each in tables)
    print(f"{sum(each.rows for each in tables)} dòng trong {len(tables) - empty} bảng; {empty} bảng trống.")


def _refuse_missing(settings: Settings) -> None:
    if not schema.version(settings.database):
        msg = "There is no database to save. Check DATABASE_URL, DATA_DIR."
        raise SetupFault(msg)


def _sealer(settings: Settings) -> Opener:
    words = settings.backup_passphrase.get_secret_value()
    return _by_words(words) if words else Opener(Kind.KEY, secret_key(settings))


def _by_words(words: str) -> Opener:
    if len(words) < SHORTEST:
        msg = f"BACKUP_PASSPHRASE has {len(words)} characters; at least {SHORTEST} are needed."
        raise SetupFault(msg)
    return Opener(Kind.PASSPHRASE, words.encode())


def _opener(settings: Settings, kind: Kind) -> Opener:
    """What opens a file of that kind here."""
    words = settings.backup_passphrase.get_secret_value()
    if kind is Kind.PASSPHRASE:
        if words:
            return _by_words(words)
        msg = "The backup is sealed with a passphrase. Set BACKUP_PASSPHRASE to it."
        raise SetupFault(msg)
    if key := known_key(settings):
        return Opener(kind, key)
    msg = "The backup is sealed with its program's key. Put that secret.key into DATA_DIR, or set SECRET_KEY to it."
    raise SetupFault(msg)


def _take_key(settings: Settings, key: bytes) -> None:
    """The key the backup brought is this machine's too. SetupFault when there is another one already."""
    there = known_key(settings)
    if not there:
        keep_key(settings, key)
    elif there != key:
        msg = (
            "This machine has another key than the backup. Remove its secret.key and SECRET_KEY: the backup brings one."
        )
        raise SetupFault(msg)

"""What `tungngo backup` and `tungngo restore` do."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from bot import library, logs
from bot.commands.settings import read_settings
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.core.sealing import Kind, Opener
from bot.secret import keep_keys, keyring, known_keys, secret_key, secret_keys
from bot.services.files import backups
from bot.services.files.backup_file import Tally
from bot.services.personal_data import key_rotation, tombstones
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
    secret = "\n".join(key.decode() for key in secret_keys(settings)) if opener.kind is Kind.PASSPHRASE else ""
    with closing(Database(settings.database)) as database:
        made = backups.write(database, path, opener, secret=secret, now=now)
        _keep_erased(database, settings, path.parent)
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
    opener = _opener(settings, path)
    manifest = backups.look(path, opener, settings.database)
    if manifest.secret:
        _take_keys(settings, [key for key in manifest.secret.encode().split(b"\n") if key])
    _, tables = backups.restore(path, opener, settings.database)
    _print(tables)
    print(f"Đã khôi phục bản sao lúc {manifest.made_at}; số dòng và mã băm của từng bảng đều khớp.")
    _finish(settings, path.parent)


def _keep_erased(database: Database, settings: Settings, folder: Path) -> None:
    """Beside the backup: what was erased till now. From now on it is completed there (decision 0042)."""
    tombstones.keep(database, settings.data_dir)
    try:
        tombstones.exchange(settings.data_dir, folder)
        tombstones.remember(settings.data_dir, folder)
    except OSError as error:
        print(
            f"Không ghi được {folder / tombstones.FILE} ({error.strerror}): chép {settings.data_dir} cùng bản sao lưu."
        )


def _finish(settings: Settings, folder: Path) -> None:
    """Seal with this machine's key what came, and erase again whoever was erased after the backup."""
    ring, now = keyring(settings), system_clock()
    with closing(Database(settings.database, ring)) as database:
        key_rotation.refuse_strange(database)
        key_rotation.seal_all(database, ring.mark, today=now.astimezone(settings.zone).date())
        tombstones.exchange(settings.data_dir, folder)
        content, keys = library.load(settings.content_dir), secret_keys(settings)
        found = tombstones.reapply(
            database, content, settings.data_dir, keys=keys, now=now, zone=settings.zone, everything=True
        )
    if found:
        print(f"Đã xóa lại {found} người đã yêu cầu xóa sau lúc sao lưu.")


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


def _opener(settings: Settings, path: Path) -> Opener:
    """What opens the file here."""
    kind = backups.sealed_with(path)
    words = settings.backup_passphrase.get_secret_value()
    if kind is Kind.PASSPHRASE:
        if words:
            return _by_words(words)
        msg = "The backup is sealed with a passphrase. Set BACKUP_PASSPHRASE to it."
        raise SetupFault(msg)
    keys = known_keys(settings)
    if keys:
        openers = [Opener(kind, key) for key in keys]
        return next((each for each in openers if backups.fits(path, each)), openers[0])
    msg = "The backup is sealed with its program's key. Put that secret.key into DATA_DIR, or set SECRET_KEY to it."
    raise SetupFault(msg)


def _take_keys(settings: Settings, keys: Sequence[bytes]) -> None:
    """The keys the backup brought are this machine's too. SetupFault when there is another one already."""
    there = known_keys(settings)
    if not there:
        keep_keys(settings, keys)
    elif not set(keys) <= set(there):
        msg = (
            "This machine has another key than the backup. Remove its secret.key and SECRET_KEY: the backup brings one."
        )
        raise SetupFault(msg)

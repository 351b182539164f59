"""The schema's version: made, brought up to date, and refused when it is newer than the program."""

from pathlib import Path

from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.exc import DatabaseError

from bot.core.errors import SetupFault
from bot.storage.database import Transaction, is_away, make_engine

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = MIGRATIONS / "versions"  # NNNN_what_it_does.py: NNNN is the version, each comes after the one before
RECORD = "alembic_version"
LOCK = 7_315_201  # any number that nothing else locks


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database to this program's schema, making it when it is not there. SetupFault when it is newer.

    `to`: an earlier version, for a backup that is of it.
    """
    location = make_url(url)
    if location.get_backend_name() == "sqlite" and location.database:
        _make_folder(Path(location.database).parent)
    found = _refuse_newer(url)
    if found and found == (_head() if to == "head" else to):
        return
    _migrate(url, to)


def _migrate(url: str, to: str) -> None:
    from alembic import command  # noqa: PLC0415  a tenth of a start that has nothing to migrate
    from alembic.config import Config  # noqa: PLC0415

    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # a table that changes is made anew
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # all of it or nothing, and one process at a time
            else:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")  # one process at a time here too
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            _check_references(connection)
            connection.commit()
    except DatabaseError as error:
        if not is_away(error):
            raise
        msg = f"The database cannot be opened or written ({type(error.orig).__name__}). Check DATABASE_URL, DATA_DIR."
        raise SetupFault(msg) from None
    finally:
        engine.dispose()


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        lost = {row[0] for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
        assert not lost, f"a migration lost rows that are referred to in {sorted(lost)}"


def check(url: str) -> None:
    """SetupFault, one clear line, unless the database is there and of this program's version. Makes nothing."""
    location = make_url(url)
    path = location.database or ""
    if location.get_backend_name() == "sqlite" and not Path(path).is_file():
        msg = (
            f"There is no database at {path}. Make one with 'tungngo db upgrade', or correct DATABASE_URL or DATA_DIR."
        )
        raise SetupFault(msg)
    if _refuse_newer(url) != _head():
        msg = "The database is older than this program. Run 'tungngo db upgrade' first."
        raise SetupFault(msg)


def version(url: str) -> str:
    """The version the database is of; empty where there is none. SetupFault when out of reach. Makes nothing."""
    location = make_url(url)
    if location.get_backend_name() == "sqlite" and not Path(location.database or "").is_file():
        return ""
    return _current(url)


def version_of(tx: Transaction) -> str:
    """The version of the database of this transaction."""
    return _recorded(tx.connection)


def knows(revision: str) -> bool:
    """Whether this program can make and read a database of that version."""
    return revision in _known()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"The folder {folder} cannot be made ({error.strerror}). Check DATABASE_URL, DATA_DIR."
        raise SetupFault(msg) from None


def _refuse_newer(url: str) -> str:
    """The version the database is of; empty where there is none. SetupFault when this program does not know it."""
    current = version(url)
    if current and not knows(current):
        msg = "The database was written by a newer version of this program. Install that version, or restore a backup."
        raise SetupFault(msg)
    return current


def _current(url: str) -> str:
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            found = _recorded(connection)
            if not found and inspect(connection).has_table("inbox"):
                msg = "The database has tables but no version: it was not made by 'tungngo db upgrade'."
                raise SetupFault(msg)
            return found
    except DatabaseError as error:
        if not is_away(error):
            raise
        msg = f"The database cannot be reached ({type(error.orig).__name__}). Check DATABASE_URL."
        raise SetupFault(msg) from None
    finally:
        engine.dispose()


def _recorded(connection: Connection) -> str:
    """The version that Alembic wrote down; empty when it has not."""
    if not inspect(connection).has_table(RECORD):
        return ""
    return connection.exec_driver_sql(f"SELECT version_num FROM {RECORD}").scalar() or ""  # noqa: S608


def _known() -> list[str]:
    """Every version this program can make, the first one first."""
    return sorted(path.name[:4] for path in VERSIONS.glob("[0-9]*.py"))


def _head() -> str:
    return _known()[-1]

"""What tests of every part share: databases, the shipped content, a clock."""

import gc
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import structlog

from bot import library as content
from bot.app import Program
from bot.library import Library
from bot.search.finder import Finder
from bot.services import answers
from bot.settings import Settings
from bot.storage.database import Database
from tests.databases import PostgresTemplate, SqliteTemplate, compile_once, roomy, running_postgres
from tests.fakes.clock import SettableClock

CONTENT = Path(__file__).parent.parent / "content"


def pytest_configure() -> None:
    compile_once()


def pytest_collection_finish() -> None:
    """A million objects stay to the end: the collector leaves them alone, and looks less often at what tests leave."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 20)


@pytest.fixture(scope="session", autouse=True)
def _short_tracebacks() -> None:
    """The default prints every local variable of every frame."""
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


@pytest.fixture(autouse=True)
def _a_command_leaves_the_log_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that runs in this process would bind the log to a stream that pytest takes away."""
    monkeypatch.setattr("bot.logs.set_up", lambda _level: None)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresTemplate]:
    with running_postgres(tmp_path_factory.getbasetemp().parent / "postgres.lock") as template:
        yield template


@pytest.fixture
def sqlite_url(sqlite_template: SqliteTemplate, tmp_path: Path) -> Iterator[str]:
    """A database in memory where there is room."""
    with TemporaryDirectory(dir=roomy() or tmp_path, prefix="tungngo-") as folder:
        yield sqlite_template.fresh(Path(folder))


@pytest.fixture
def postgres_url(postgres_template: PostgresTemplate) -> Iterator[str]:
    name = postgres_template.fresh()
    yield postgres_template.url(name)
    postgres_template.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database; every test that takes it runs on both kinds."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def library() -> Library:
    return content.load(CONTENT)


@pytest.fixture(scope="session")
def index(library: Library) -> Finder:
    return answers.build_index(library)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def program(sqlite_url: str, library: Library, index: Finder, clock: SettableClock) -> Iterator[Program]:
    """The program on an empty database, with no platform."""
    made = Program(
        settings=Settings(_env_file=None, database_url=sqlite_url, telegram_bot_token="", public_url=""),
        clock=clock,
        database=Database(sqlite_url),
        library=library,
        index=index,
        started=clock(),
        secret=b"a key that only the tests know",
    )
    yield made
    made.close()

"""Two teams and their people, on both databases and on one."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from bot.library import Library
from bot.storage.database import Database
from tests.fakes.clock import SettableClock
from tests.services.commune import Commune


@pytest.fixture
def commune(database: Database, library: Library, clock: SettableClock) -> Commune:
    return Commune(database, library, clock).build()


@pytest.fixture
def light(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    """For what is no question of the database."""
    with closing(Database(sqlite_url)) as database:
        yield Commune(database, library, clock).build()

"""A database of the first version with places, a team and an invitation keeps everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from bot.storage import schema
from bot.storage.database import make_engine

ROWS = (
    "INSERT INTO person VALUES (1, 'Hoa', 'vi', '', false, '2026-01-01 00:00:00')",
    "INSERT INTO team VALUES (1, 'T', 'X', 'Tổ', 'TM', '2026-01-01 00:00:00')",
    "INSERT INTO unit VALUES (1, 'T', 'X', 'Thôn', '1', 90, NULL)",
    "INSERT INTO team_unit VALUES (1, 1)",
    "INSERT INTO member VALUES (1, 1, 1, 'volunteer', '2026-01-01 00:00:00', NULL)",
    "INSERT INTO invite VALUES (1, 'hash', 1, 'volunteer', 2, '2027-01-01 00:00:00', '2026-01-01 00:00:00')",
)


def _at(url: str, revision: str, statements: tuple[str, ...] = ()) -> None:
    engine = make_engine(url)
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
    engine.dispose()


@pytest.fixture
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/old.db"
        return
    template = request.getfixturevalue("postgres_template")
    name = f"old_{template.fresh()}"
    with template._connect() as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield template.url(name)
    template.drop(name)


@pytest.mark.parametrize("old_url", ["sqlite", "postgresql"], indirect=True)
def test_rows_of_the_first_version_are_kept(old_url: str) -> None:
    _at(old_url, "0001", ROWS)
    schema.upgrade(old_url)
    engine = make_engine(old_url)
    with engine.connect() as connection:
        unit = connection.execute(text("SELECT kind, name, households, valid_from, valid_to FROM unit")).one()
        assert tuple(unit) == ("Thôn", "1", 90, None, None)
        invite = connection.execute(text("SELECT uses_left, approve, person_id FROM invite")).one()
        assert tuple(map(int, invite[:2])) == (2, 0)
        for table in ("team", "team_unit", "member"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1  # noqa: S608
    engine.dispose()

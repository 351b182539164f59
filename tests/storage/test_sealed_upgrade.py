"""A database of an older program, with people in it, is brought to the version that seals names."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, text

from bot.commands import settings
from bot.library import Library
from bot.models import Person
from bot.secret import keyring
from bot.services import certificates
from bot.services.files import media
from bot.settings import Settings
from bot.storage import people, schema
from bot.storage.database import Database, Transaction
from tests.databases import PostgresTemplate
from tests.fakes.clock import SettableClock
from tests.test_sealed_file import stored

NAME = "Nguyễn Thị Ngọc Ánh Kanarienvogel ở Thôn Bản Mẫu nhà cuối"
TIME = datetime(2026, 11, 18, 2)  # noqa: DTZ001  as SQLite holds it
ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("person", {"id": 1, "name": NAME, "locale": "vi", "address": "", "quiet": False, "created_at": TIME}),
    ("contact", {"id": 1, "person_id": 1, "channel": "web", "bot": "", "chat": "c", "created_at": TIME}),
    ("conversation", {"person_id": 1, "state": f'{{"question":"{NAME}"}}', "updated_at": TIME}),
    (
        "outbox",
        {
            "id": 1, "contact_id": 1, "kind": "answer", "send_class": "again", "unasked": False, "retire": "",
            "body": f'{{"text":"{NAME}"}}', "status": "sent", "attempts": 1, "due_at": TIME, "owner": "", "reason": "",
            "message_ref": "", "created_at": TIME,
        },
    ),
    (
        "certificate",
        {
            "id": 1, "person_id": 1, "track": "a", "locale": "vi", "title": "t", "name": NAME, "team": "", "lessons": 1,
            "questions": 1, "right_answers": 1, "issued_on": TIME.date(), "created_at": TIME,
        },
    ),
    (
        "media",
        {
            "name": "n" * 32, "kind": "image/png", "label": "a", "recipe": f'{{"certificate":1,"code":"{NAME}"}}',
            "content": NAME.encode() * 9, "created_at": TIME, "expires_at": datetime(2099, 1, 1),  # noqa: DTZ001
        },
    ),
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the version before, with a person, and one who is gone."""
    if request.param == "sqlite":
        address, drop = f"sqlite:///{tmp_path / 'tungngo.db'}", None
    else:
        template: PostgresTemplate = request.getfixturevalue("postgres_template")
        drop = template.fresh()
        address = template.url(drop)
        with closing(Database(address)) as database:
            clear = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
            database.write_now(lambda tx: tx.connection.exec_driver_sql(clear))
    schema.upgrade(address, to="0013")
    with closing(Database(address)) as database:
        database.write_now(_fill)
    yield address
    if drop:
        template.drop(drop)


def _fill(tx: Transaction) -> None:
    tables = MetaData()
    tables.reflect(tx.connection)
    for name, row in ROWS:
        tx.connection.execute(tables.tables[name].insert().values(row))
    if tx.is_postgres:
        tx.connection.execute(text("SELECT setval(pg_get_serial_sequence('person', 'id'), 8)"))
        return
    tx.connection.execute(text("UPDATE sqlite_sequence SET seq = 8 WHERE name = 'person'"))


def test_everything_is_there_and_nothing_in_clear(
    url: str, library: Library, clock: SettableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    schema.upgrade(url)  # and killed before anything was sealed
    assert NAME in stored(url)
    settings.upgrade()
    assert "Kanarienvogel" not in stored(url)
    if url.startswith("sqlite"):
        assert b"Kanarienvogel" not in b"".join(each.read_bytes() for each in tmp_path.glob("tungngo.db*"))
    with closing(Database(url, keyring(Settings(_env_file=None)))) as database:
        assert database.read_now(lambda tx: people.persons(tx, [1]))[1].name == NAME
        assert database.read_now(lambda tx: certificates.of_number(tx, 1)).name == NAME
        found = media.load_now(database, library, "n" * 32)
        assert found
        assert found.content == NAME.encode() * 9
        assert database.write_now(_newcomer) == 9  # the number of who is no more is nobody else's
        database.write_now(lambda tx: certificates.withdraw(tx, 1, now=clock()))
        assert media.load_now(database, library, "n" * 32) is None


def _newcomer(tx: Transaction) -> int:
    tx.session.add(person := Person(created_at=SettableClock()()))
    tx.session.flush()
    return person.id or 0

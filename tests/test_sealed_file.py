"""Whoever gets the database without the key: no name, phone, code, link or file of anybody is in it."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, select, text

from bot.core.keyring import Keyring
from bot.library import Library
from bot.models import METADATA
from bot.search.finder import Finder
from bot.services.files import media
from bot.storage.database import Database
from tests.dialogue import CODE, SECRET, Dialogue, Play
from tests.fakes.clock import SettableClock
from tests.fakes.platforms import PLATFORMS

NAMES = ("Kanarienvogel", "Zeisig", "Stieglitz")
PHONE, CARD = "0987654321", "001188012345"
STEPS = (
    {"as": f"coordinator {NAMES[0]}"},
    {"say": "tổ của tôi"},
    {"tap": "Mời người vào tổ"},
    {"tap": "Tình nguyện viên"},
    {"tap": "5 người"},
    {"tap": "Vào tổ ngay"},
    {"as": f"volunteer {NAMES[1]}"},
    {"say": "dữ liệu của tôi"},
    {"tap": "Sửa tên"},
    {"say": f"{NAMES[2]} Thị Hạnh"},
    {"tap": "Tải dữ liệu về"},
    {"tap": "Tệp để đọc"},
    {"say": "/lienket"},
    {"say": f"gọi {PHONE} căn cước {CARD} là sao"},
    {"as": f"coordinator {NAMES[0]}"},
    {"say": "to"},
    {"tap": "Thành viên"},
    {"say": "/bang"},
)  # fmt: skip
LINK = re.compile(r"/dashboard\?key=([\w-]{20,})")


def bodies(database: Database) -> list[str]:
    """What was said, opened."""
    query = select(METADATA.tables["outbox"].c.body)
    return [str(each) for each in database.read_now(lambda tx: tx.connection.scalars(query).all())]


def stored(url: str) -> str:
    """Every value of every column as it stands in the database, as a dump would hold it."""
    engine = create_engine(url)
    with closing(engine.connect()) as connection:
        names = inspect(connection).get_table_names()
        rows = [row for name in names for row in connection.execute(text(f'SELECT * FROM "{name}"'))]  # noqa: S608
    engine.dispose()
    values = (value for row in rows for value in row)
    return "\n".join(bytes(each).decode("latin-1") if isinstance(each, bytes) else str(each) for each in values)


@pytest.mark.fault(
    "the database is stolen without its key", "every value, and the bytes of SQLite's files, are searched"
)
def test_who_has_the_database_but_no_key_reads_no_name_and_no_code(
    database_url: str, library: Library, index: Finder, clock: SettableClock
) -> None:
    path = make_url(database_url).database or ""
    held = sqlite3.connect(path) if database_url.startswith("sqlite") else None  # the WAL stays while somebody is there
    dialogue = Dialogue("sealed", STEPS)
    Play(platform=PLATFORMS["web"](clock), database_url=database_url, library=library, index=index).run(dialogue)
    with closing(Database(database_url, Keyring([SECRET]))) as database:
        said = "\n".join(bodies(database))
        files = set(re.findall(r"'file': '([\w-]{32})'", said))
        made = [media.load_now(database, library, name) for name in files]
        codes, links = set(CODE.findall(said)), set(LINK.findall(said))
    assert all(name in said for name in NAMES), said
    assert files
    assert all(made)
    assert (len(codes), len(links)) == (2, 1), said
    secret = {*NAMES, PHONE, CARD, *codes, *links, *files, *(code.replace("-", "") for code in codes)}
    found = stored(database_url)
    assert [each for each in secret if each in found] == []
    if held:
        held.execute("SELECT count(*) FROM person").fetchone()
        content = b"".join(each.read_bytes() for each in Path(path).parent.glob(f"{Path(path).name}*"))
        held.close()
        assert [each for each in secret if each.encode() in content] == []

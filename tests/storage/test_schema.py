import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, event, inspect, text

from bot.core.errors import SetupFault
from bot.models import METADATA
from bot.storage import schema
from bot.storage.database import Database, make_engine
from tests.databases import PostgresTemplate


def statement(url: str, sql: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text(sql))
    engine.dispose()


def tables(url: str) -> set[str]:
    engine = make_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        )
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_every_check_and_partial_index_of_the_models_is_there(database_url: str) -> None:
    """Alembic does not compare these two."""
    engine = make_engine(database_url)
    found = inspect(engine)
    for table in METADATA.sorted_tables:
        checks = {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}
        assert {str(check["name"]) for check in found.get_check_constraints(table.name)} == checks, table.name
        for index in table.indexes:
            partial = index.dialect_options[engine.dialect.name]["where"] is not None
            there = next(each for each in found.get_indexes(table.name) if each["name"] == index.name)
            assert bool(there.get("dialect_options", {}).get(f"{engine.dialect.name}_where") is not None) == partial
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    before = tables(database_url)
    statement(database_url, "INSERT INTO open_question (text, asked_at) VALUES ('kept', '2026-11-18 00:00:00')")
    schema.upgrade(database_url)
    schema.check(database_url)
    assert tables(database_url) == before == {*METADATA.tables, "alembic_version"}
    with closing(Database(database_url)) as database:
        assert database.read_now(lambda tx: tx.connection.scalar(text("SELECT text FROM open_question"))) == "kept"


def test_upgrade_makes_file_and_folder(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'folder' / 'x.db'}"
    schema.upgrade(url)
    schema.check(url)
    assert "inbox" in tables(url)


def test_upgrade_fills_an_empty_postgresql_database(postgres_template: PostgresTemplate) -> None:
    name = postgres_template.fresh()
    url = postgres_template.url(name)
    statement(url, "DROP SCHEMA public CASCADE")
    statement(url, "CREATE SCHEMA public")
    with pytest.raises(SetupFault, match="tungngo db upgrade"):
        schema.check(url)
    schema.upgrade(url)
    schema.check(url)
    postgres_template.drop(name)


def test_an_upgrade_that_is_killed_can_be_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is kept unless all of it is."""

    class Killed(BaseException):
        pass

    path = tmp_path / "x.db"
    made = make_engine
    steps = 0

    def engine_that_breaks(url: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
        engine = made(url)

        @event.listens_for(engine, "before_cursor_execute")
        def count(_connection: object, _cursor: object, said: str, *_: object) -> None:
            nonlocal steps
            steps += said.lstrip().upper().startswith("CREATE")
            if steps > 8:
                raise Killed

        return engine

    monkeypatch.setattr(schema, "make_engine", engine_that_breaks)
    with pytest.raises(Killed):
        schema.upgrade(f"sqlite:///{path}")
    monkeypatch.setattr(schema, "make_engine", made)
    schema.upgrade(f"sqlite:///{path}")
    schema.check(f"sqlite:///{path}")


def test_check_makes_no_file(tmp_path: Path) -> None:
    path = tmp_path / "missing.db"
    with pytest.raises(SetupFault, match="There is no database") as fault:
        schema.check(f"sqlite:///{path}")
    assert "\n" not in str(fault.value)
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_a_newer_program_is_refused(database_url: str) -> None:
    statement(database_url, "UPDATE alembic_version SET version_num = '9999'")
    for refuse in (schema.check, schema.upgrade):
        with pytest.raises(SetupFault, match="newer version") as fault:
            refuse(database_url)
        assert "\n" not in str(fault.value)


def test_an_empty_file_is_older_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()
    with pytest.raises(SetupFault, match="tungngo db upgrade"):
        schema.check(f"sqlite:///{path}")
    schema.upgrade(f"sqlite:///{path}")
    schema.check(f"sqlite:///{path}")


def test_tables_without_a_version_are_refused(database_url: str) -> None:
    statement(database_url, "DROP TABLE alembic_version")
    for refuse in (schema.check, schema.upgrade):
        with pytest.raises(SetupFault, match="no version"):
            refuse(database_url)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Kính gửi: Ủy ban nhân dân xã. " * 100)
    for refuse in (schema.check, schema.upgrade):
        with pytest.raises(SetupFault) as fault:
            refuse(f"sqlite:///{path}")
        assert "\n" not in str(fault.value)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupFault) as fault:
        schema.upgrade(f"sqlite:///{tmp_path / 'file' / 'x.db'}")
    assert "\n" not in str(fault.value)


def test_a_server_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    for refuse in (schema.check, schema.upgrade):
        with pytest.raises(SetupFault, match="DATABASE_URL") as fault:
            refuse(f"postgresql+psycopg://somebody:secret@/x?host={tmp_path}")
        assert "\n" not in str(fault.value)
        assert "secret" not in str(fault.value)


def test_the_file_is_in_wal_mode_after_an_upgrade(tmp_path: Path) -> None:
    schema.upgrade(f"sqlite:///{tmp_path / 'x.db'}")
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_processes_that_start_together_bring_it_up_to_date_once(postgres_template: PostgresTemplate) -> None:
    with postgres_template._connect() as connection:
        connection.execute(b"CREATE DATABASE started_together")
    url = postgres_template.url("started_together")
    with ThreadPoolExecutor(4) as processes:
        list(processes.map(lambda _: schema.upgrade(url), range(4)))
    schema.check(url)
    postgres_template.drop("started_together")


def test_a_version_is_the_number_of_its_file() -> None:
    """The program reads the names; Alembic reads the files."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())

    assert [script.revision for script in scripts] == sorted(
        (path.name[:4] for path in schema.VERSIONS.glob("*_*.py")), reverse=True
    )
    assert schema.knows(scripts[0].revision)
    assert not schema.knows("9999")

"""Every column that names a person has a rule for two persons who become one."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Column, Index, PrimaryKeyConstraint, UniqueConstraint

from bot.models import METADATA
from bot.storage.merging import RULES, forget, move

EXPLAIN = "say in bot/storage/merging.RULES what becomes of it when two persons turn out to be one"
COLUMNS = {f"{table.name}.{column.name}": column for table in METADATA.sorted_tables for column in table.columns}


def names_a_person(column: Column[Any]) -> bool:
    return any(key.target_fullname == "person.id" for key in column.foreign_keys) or column.name == "person_id"


def unique_sets(column: Column[Any]) -> Iterator[list[str]]:
    """The names of the columns that must be unique together, wherever this one is among them."""
    table = METADATA.tables[column.table.name]
    for each in (*table.constraints, *table.indexes):
        if isinstance(each, PrimaryKeyConstraint | UniqueConstraint) or (isinstance(each, Index) and each.unique):
            names = [part.name for part in each.columns]
            if column.name in names:
                yield names


def test_every_column_that_names_a_person_has_a_rule() -> None:
    named = {name for name, column in COLUMNS.items() if names_a_person(column)}
    assert len(named) >= 20
    assert named - set(RULES) == set(), EXPLAIN
    assert set(RULES) - named == set(), "there is no such column any more"


@pytest.mark.parametrize("name", RULES)
def test_what_must_be_unique_is_not_simply_moved(name: str) -> None:
    if list(unique_sets(COLUMNS[name])):
        assert RULES[name] is not move, "use one_of: both persons may have such a row"
    else:
        assert RULES[name] is not forget, "nothing is lost without need"

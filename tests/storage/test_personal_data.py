"""Every column that names a person, and every table, says what the person sees of it and what erasing does to it."""

from typing import Any

import pytest
from sqlalchemy import Column

from bot.models import METADATA
from bot.services.personal_data.my_data import LABELS
from bot.services.personal_data.processing_register import PURPOSES
from bot.storage.erasing import unname
from bot.storage.personal_data import ELSEWHERE, RULES

EXPLAIN = "say in bot/storage/personal_data.RULES what is shown of it, and what becomes of it when a person is erased"
COLUMNS = {f"{table.name}.{column.name}": column for table in METADATA.sorted_tables for column in table.columns}


def leads_to_a_person(column: Column[Any]) -> bool:
    found = any(key.target_fullname in ("person.id", "contact.id") for key in column.foreign_keys)
    return found or column.name == "person_id"


def test_every_column_that_leads_to_a_person_has_a_rule() -> None:
    named = {name for name, column in COLUMNS.items() if leads_to_a_person(column)}
    assert len(named) >= 35
    assert named - set(RULES) == set(), EXPLAIN
    assert set(RULES) - named == set(), "there is no such column any more"


def test_every_other_table_says_why_nothing_of_a_person_is_left_in_it() -> None:
    tables = {table.name for table in METADATA.sorted_tables}
    ruled = {name.partition(".")[0] for name in RULES}
    assert tables - ruled - set(ELSEWHERE) == set(), "give it a rule, or say in ELSEWHERE why it needs none"
    assert set(ELSEWHERE) & ruled == set()
    assert set(ELSEWHERE) <= tables


@pytest.mark.parametrize("name", RULES)
def test_a_rule_shows_columns_there_are_under_words_people_read(name: str) -> None:
    rule, table = RULES[name], METADATA.tables[name.partition(".")[0]]
    assert bool(rule.kind) == bool(rule.show) != bool(rule.why)
    assert set(rule.show) <= set(table.columns.keys())
    assert set(rule.show) <= set(LABELS)


@pytest.mark.parametrize(
    "name", [name for name, rule in RULES.items() if rule.erase.__qualname__.startswith(unname.__name__)]
)
def test_only_what_may_be_empty_loses_its_person(name: str) -> None:
    assert COLUMNS[name].nullable


def test_the_register_is_silent_about_no_table() -> None:
    listed = {table for _, tables in PURPOSES.values() for table in tables}
    assert {name.partition(".")[0] for name in RULES} - listed == set()

"""The rows that reports are about, as SQL: places, teams, people, a year of reports. See benchmarks/scale/seed.py."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table: by column the SQL of its value in row i; d is the row's day. `day`: which one; empty: none."""

    table: str
    many: str  # how many: a name of Sizes.values
    values: dict[str, str]
    day: str = ""


OLD = "i * :days / "
TEAM = "CASE WHEN i % :busy = 0 THEN 1 ELSE 1 + (i * 7 + i / 1000) % :teams END"
PERSON = f"CASE WHEN i % (2 * :busy) = 0 THEN 1 ELSE ({TEAM}) * 10 - 1 - i / 3 % 9 END"
ANSWERS = (
    f"""'{{"day":"' || d.day || '","kind":"home","place":' || ({TEAM}) || ',"households":' || (1 + i % 9) ||"""
    """ ',"people":' || (2 + i % 15) || ',"elderly":1,"skills":{"vneid":null,"dvc":' || (1 + i % 3) ||"""
    """ '},"difficulties":{"no_phone":null},"result":"done"}'"""
)
REPORTS: Final = (
    Rows(
        "unit",
        "units",
        day="",
        values={
            "id": "i + 1",
            "province": "'Tỉnh mẫu'",
            "commune": "'Xã ' || (i / 80)",
            "kind": "'Thôn'",
            "name": "CAST(i % 80 AS TEXT)",
            "households": "120",
        },
    ),
    Rows(
        "team",
        "teams",
        day="0",
        values={
            "id": "i + 1",
            "province": "'Tỉnh mẫu'",
            "commune": "'Xã ' || (i / 10)",
            "name": "'Tổ ' || i",
            "code": "'T' || i",
            "created_at": "d.at",
        },
    ),
    Rows(
        "team_unit",
        "units",
        day="",
        values={
            "team_id": "1 + i / 8",
            "unit_id": "i + 1",
        },
    ),
    Rows(
        "person",
        "everybody",
        day="0",
        values={
            "id": "i + 1",
            "name": "'Người ' || i",
            "locale": "'vi'",
            "address": "''",
            "quiet": "FALSE",
            "created_at": "d.at",
        },
    ),
    Rows(
        "contact",
        "everybody",
        day="0",
        values={
            "id": "i + 1",
            "person_id": "i + 1",
            "channel": "'web'",
            "bot": "''",
            "chat": "'chat-' || i",
            "created_at": "d.at",
        },
    ),
    Rows(
        "conversation",
        "everybody",
        day="0",
        values={
            "person_id": "i + 1",
            "state": "'{}'",
            "updated_at": "d.at",
        },
    ),
    Rows(
        "member",
        "members",
        day="0",
        values={
            "team_id": "1 + i / 10",
            "person_id": "i + 1",
            "role": "CASE WHEN i % 10 = 9 THEN 'coordinator' ELSE 'volunteer' END",
            "since": "d.at",
        },
    ),
    Rows(
        "member",
        "teams",
        day="0",
        values={
            "team_id": "1 + i",
            "person_id": ":everybody",
            "role": "'coordinator'",
            "since": "d.at",
        },
    ),
    Rows(
        "report",
        "reports",
        day="i * :days / :reports",
        values={
            "id": "i + 1",
            "team_id": TEAM,
            "year": "d.year",
            "number": "i + 1",
            "person_id": PERSON,
            "unit_id": f"(({TEAM}) - 1) * 8 + 1 + i / 11 % 8",
            "form": "'outreach'",
            "form_version": "'1'",
            "day": "d.day",
            "kind": "'home'",
            "households": "1 + i % 9",
            "people": "2 + i % 15",
            "elderly": "1",
            "result": "CASE WHEN i % 25 = 3 THEN 'again' ELSE 'done' END",
            "answers": ANSWERS,
            "status": "CASE WHEN i % 200 = 7 THEN 'withdrawn' ELSE 'filed' END",
            "version": "CASE WHEN i % 20 = 0 THEN 2 ELSE 1 END",
            "said_at": "d.at",
            "received_at": "d.at",
            "message_chat": "CASE WHEN i % 3 = 0 THEN 'web::chat-' || i || ':m' ELSE '' END",
        },
    ),
    Rows(
        "report_version",
        "reports",
        day="i * :days / :reports",
        values={
            "report_id": "i + 1",
            "version": "1",
            "answers": ANSWERS,
            "person_id": PERSON,
            "reason": "''",
            "at": "d.at",
        },
    ),
    Rows(
        "audit",
        "reports",
        day="i * :days / :reports",
        values={
            "id": "i + 1",
            "at": "d.at",
            "person_id": PERSON,
            "action": "CASE WHEN i % 20 = 0 THEN 'change' ELSE 'file' END",
            "subject": "'report'",
            "subject_id": "i + 1",
        },
    ),
)

"""10/10 as content: a lesson, a plan, a quiz, thanks with the year's figures; a theme only with its source."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest

from bot.core.calendar import is_reminded
from bot.core.content import Bilingual, Theme
from bot.core.forms import FormState
from bot.library import Library
from bot.services import reports, teams
from bot.storage.database import Database, Transaction
from tests.fakes.clock import SettableClock
from tests.scheduler.place import Commune
from tests.services.commune import ANSWERS

TEN = "ngay-chuyen-doi-so"


@pytest.fixture
def commune(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Commune]:
    clock.set("2027-09-01 12:00")
    with closing(Database(sqlite_url)) as database:
        found = Commune(database, library, clock)
        found.add("Lan")
        found.add("Hoa", "volunteer")
        found.only(library.dates[TEN])
        yield found


def file(commune: Commune, day: str) -> None:
    form, person = commune.library.forms["outreach"], commune.persons["Hoa"]

    def work(tx: Transaction) -> None:
        answers = {**ANSWERS, "day": day, "place": teams.places(tx, 1)[0].id}
        state = FormState(form="outreach", version="1", team=1, answers=answers)
        roles, today = teams.roles(tx, person), date.fromisoformat(day)
        reports.file(tx, form, state, roles=roles, person=person, now=commune.clock(), today=today)

    commune.database.write_now(work)


def told(commune: Commune, name: str) -> list[dict[str, Any]]:
    contacts = {row["id"]: row["person_id"] for row in commune.rows("contact")}
    mine = [row for row in commune.rows("outbox") if contacts[row["contact_id"]] == commune.persons[name]]
    return [row["body"] for row in mine if row["kind"] == "date"]


def run(commune: Commune) -> None:
    for day in ("2027-09-10", "2027-09-26", "2027-10-03", "2027-10-09", "2027-10-10", "2027-10-11"):
        commune.tick(f"{day} 08:00")


def test_each_step_comes_with_its_reminder_to_whom_it_is_for(commune: Commune) -> None:
    run(commune)
    buttons = {
        name: [[payload for _, payload, _ in body["choices"][:-2]] for body in told(commune, name)]
        for name in ("Lan", "Hoa")
    }
    assert buttons["Lan"] == [["lesson:R02"], [], [], [], [f"caudo:{TEN}"]]
    assert buttons["Hoa"] == [["lesson:R02"], [f"kehoach:{TEN}"], [], [], [f"caudo:{TEN}"]]
    assert "Hỏi tổ công nghệ số cộng đồng" in told(commune, "Lan")[1]["text"]
    assert "Họp tổ chọn điểm hỗ trợ" in told(commune, "Hoa")[0]["text"]


def test_the_word_of_thanks_has_the_team_s_figures_of_that_year(commune: Commune) -> None:
    file(commune, "2026-12-31")
    for day in ("2027-01-01", "2027-10-10"):
        file(commune, day)
    run(commune)
    thanks = told(commune, "Hoa")[-1]["text"]
    assert "Từ đầu năm 2027 đến 10/10, Tổ Bản Mẫu đã ghi 2 phiếu, tới 10 hộ, hướng dẫn 16 lượt người" in thanks
    assert "Cảm ơn" not in "".join(body["text"] for body in told(commune, "Lan"))


def test_a_team_without_figures_is_not_thanked_for_them(commune: Commune) -> None:
    run(commune)
    assert [(row["status"], row["reason"]) for row in commune.due() if row["lead"] == -1] == [
        ("skipped", "no longer true")
    ]


def test_a_theme_is_said_for_its_year_with_its_source_and_no_other(commune: Commune) -> None:
    theme = Theme(year=2027, text=Bilingual(vi="Việc nhỏ, ích lớn."), source="doc-004")
    commune.only(commune.library.dates[TEN].model_copy(update={"themes": (theme,)}))
    commune.tick("2027-10-03 08:00")
    assert "Chủ đề năm 2027: Việc nhỏ, ích lớn. Nguồn: tin Báo Chính phủ" in told(commune, "Lan")[0]["text"]
    commune.tick("2028-10-03 08:00")
    assert "Chủ đề" not in told(commune, "Lan")[1]["text"]


def test_the_ceremony_is_another_date_and_nobody_guesses_it(library: Library) -> None:
    ceremonies = [rule for rule in library.dates.values() if rule.id.startswith("le-")]
    assert [(rule.day, rule.lead_days, rule.recurrence) for rule in ceremonies] == [(date(2024, 10, 12), (), "once")]
    assert library.dates[TEN].themes == ()  # none is announced


def test_what_is_shipped_is_reminded_only_where_a_day_is_known(library: Library) -> None:
    reminded = {rule.id: rule for rule in library.dates.values() if rule.lead_days}
    assert {name: (rule.day, rule.lead_days) for name, rule in reminded.items()} == {
        TEN: (date(2022, 10, 10), (30, 14, 7, 1, 0)),
        "binh-dan-hoc-vu-so-2026": (date(2026, 12, 31), (30, 7)),
        "da-nang-ho-tro-to": (date(2027, 12, 31), (30, 7, 1)),
    }
    assert all(is_reminded(rule) for rule in reminded.values())
    assert all(not rule.lead_days for rule in library.dates.values() if rule.precision != "day")


def test_a_date_of_one_province_is_for_teams_there(commune: Commune, library: Library) -> None:
    commune.add("Minh", "coordinator")
    commune.only(library.dates["da-nang-ho-tro-to"])
    commune.tick("2027-12-01 08:00")
    assert commune.due() == []  # the sample commune is elsewhere
    commune.only(library.dates["da-nang-ho-tro-to"].model_copy(update={"province": "Tỉnh mẫu"}))
    commune.tick("2027-12-01 08:05")
    assert [row["person_id"] for row in commune.due()] == [commune.persons["Hoa"], commune.persons["Minh"]]

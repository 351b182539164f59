"""What benchmarks/scale measures: what people in a chat ask for, and what is done at regular times."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from benchmarks.scale.seed import END, Sizes
from bot.core.conversation import State
from bot.core.messages import InboundMessage, Reply
from bot.core.people import Speaker
from bot.library import Library
from bot.search.finder import Finder
from bot.services import answers, periods, report_lists, summary
from bot.services.files import charts
from bot.services.personal_data import my_data, retention
from bot.storage import reports, summaries
from bot.storage.database import Transaction
from bot.turn import Turn
from handlers.figures import summary as week
from handlers.figures import summary_picture, totals

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
NOW: Final = END + timedelta(hours=2)
TODAY: Final = NOW.astimezone(ZONE).date()


@dataclass
class Province:
    """Who asks, in a database of a given size."""

    library: Library
    sizes: Sizes

    @cached_property
    def index(self) -> Finder:
        """The search of the shipped content."""
        return answers.build_index(self.library)

    @property
    def team(self) -> int:
        """An ordinary team, in the middle."""
        return max(1, self.sizes.teams // 2)

    @property
    def volunteer(self) -> int:
        """A volunteer of that team."""
        return self.team * 10 - 3

    def turn(self, tx: Transaction, person: int) -> Turn:
        """A message of that person."""
        chat = f"chat-{person - 1}"
        speaker = Speaker(
            person=person,
            contact=person,
            name="",
            locale="vi",
            address="",
            quiet=False,
            unreachable=False,
            channel="web",
            bot="",
            chat=chat,
        )
        message = InboundMessage(channel="web", chat=chat, external_id="bench")
        return Turn(
            now=NOW,
            message=message,
            speaker=speaker,
            state=State(),
            tx=tx,
            library=self.library,
            index=self.index,
            zone=ZONE,
            secret=bytes(32),
        )


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is measured; `drawn`: in the graph too."""

    title: str
    run: Callable[[Transaction, Province], object]
    drawn: bool = False


def _card(tx: Transaction, province: Province, team: int) -> Reply:
    """All that /tuan says and promises, for the team's coordinator."""
    turn = province.turn(tx, team * 10)
    role = next(each for each in turn.roles if each.team == team)
    return week.show(turn, role, periods.current(tx, team, TODAY))


def _totals(tx: Transaction, province: Province, by: totals.By, teams: int) -> Reply:
    """/tong over the first so many teams of who coordinates all."""
    turn = province.turn(tx, province.sizes.coordinator)
    turn.__dict__["roles"] = turn.roles[:teams]
    return totals.show(turn, totals.View(team=0, by=by, first=periods.current(tx, 1, TODAY).first))


def _chart(tx: Transaction, province: Province) -> bytes:
    period = periods.current(tx, province.team, TODAY)
    found = summary.compute(tx, province.team, period=period, now=NOW, zone=ZONE)
    return charts.draw(summary_picture.picture(found, province.library.words["vi"], ZONE))


def _corrections(tx: Transaction, province: Province) -> object:
    return reports.corrections(tx, province.team, NOW - timedelta(days=7), NOW)


def _silent(tx: Transaction, province: Province) -> object:
    period = periods.current(tx, province.team, TODAY)
    return summaries.silent(tx, province.team, period.first, period.last)


def _mine(tx: Transaction, province: Province) -> object:
    turn = province.turn(tx, province.volunteer)
    wanted = report_lists.Filter()
    return report_lists.page(tx, wanted, roles=turn.roles, person=province.volunteer, today=TODAY)


def _team_list(tx: Transaction, province: Province) -> object:
    turn = province.turn(tx, 10)  # of the busy team
    return report_lists.page(tx, report_lists.Filter(team=True), roles=turn.roles, person=10, today=TODAY)


def _receipt(tx: Transaction, province: Province) -> object:  # noqa: ARG001  every case takes both
    return reports.week_of_person(tx, 1, TODAY - timedelta(days=TODAY.weekday()), TODAY)  # who filed the most


def _my_data(tx: Transaction, province: Province) -> object:
    turn = province.turn(tx, province.volunteer)
    return my_data.overview(tx, turn.speaker, turn.roles)


def _close(tx: Transaction, province: Province) -> object:  # noqa: ARG001
    tx.savepoint("closing")
    found = summary.close(tx, now=NOW, zone=ZONE)
    tx.rollback_to("closing")
    return found


def _retention(tx: Transaction, province: Province) -> object:  # noqa: ARG001
    return retention.portion(tx, retention.Periods(), NOW)


CASES: Final = {
    "card": Case("a team's whole card (/tuan)", lambda tx, at: _card(tx, at, at.team), drawn=True),
    "busy": Case("the same of the busiest team, a fiftieth of all", lambda tx, at: _card(tx, at, 1)),
    "commune": Case("a commune by team (/tong)", lambda tx, at: _totals(tx, at, "team", 10), drawn=True),
    "province": Case("a province by commune (/tong)", lambda tx, at: _totals(tx, at, "commune", 10**6), drawn=True),
    "teams": Case("a province by team", lambda tx, at: _totals(tx, at, "team", 10**6)),
    "days": Case("a province by day", lambda tx, at: _totals(tx, at, "day", 10**6)),
    "units": Case("a province by place", lambda tx, at: _totals(tx, at, "unit", 10**6)),
    "silent": Case("who of a team has not reported", _silent),
    "corrections": Case("corrections of a team this week", _corrections),
    "receipt": Case("the week so far of who filed the most", _receipt, drawn=True),
    "mine": Case("a person's newest reports (/phieu)", _mine),
    "list": Case("the newest reports of the busiest team", _team_list, drawn=True),
    "mydata": Case("what is kept about a person (/dulieu)", _my_data),
    "chart": Case("a summary and its picture", _chart),
    "close": Case("freezing the week of two teams", _close),
    "retention": Case("a look for what was kept long enough", _retention),
}

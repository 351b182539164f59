"""What can be said and what answers it: tables you can print."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.core.errors import N_
from bot.core.messages import InboundMessage, Reply
from bot.services.permissions import Action
from bot.turn import Turn
from handlers import (
    broadcast,
    dates,
    exports,
    goals,
    help_request,
    invite,
    lessons,
    menu,
    my_reports,
    name,
    periods,
    profile,
    questions,
    report,
    report_again,
    report_list,
    report_queries,
    start,
    summary,
    team,
    team_members,
    totals,
    visits,
    which_team,
)
from handlers import help as help_page

Handler = Callable[[Turn], Reply | InboundMessage | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One command: its name on every channel, the words that mean it, and what it does."""

    name: str
    words: tuple[str, ...]
    handler: Handler
    help: str  # English msgid of one line; empty: not listed
    action: Action | None = None  # the role it needs; the service asks again


COMMANDS: tuple[Route, ...] = (
    Route(
        name="start",
        words=("bat dau", "start", "xin chao", "chao", "hello"),
        handler=start.start,
        help=N_("begin; with a code, join a team"),
    ),
    Route(name="menu", words=("menu", "tro ve menu"), handler=menu.show, help=N_("what I may do")),
    Route(
        name="baihoc",
        words=("bai hoc", "hoc", "hoc bai", "lesson", "lessons", "learn"),
        handler=lessons.tracks,
        help=N_("short lessons with a quiz"),
    ),
    Route(
        name="hoi",
        words=("hoi", "cau hoi", "ask"),
        handler=questions.ask,
        help=N_("ask a question; the answer names its source and date"),
    ),
    Route(
        name="hanchot",
        words=("han", "han chot", "lich", "sap toi", "dates"),
        handler=dates.upcoming,
        help=N_("dates to remember, reminders"),
    ),
    Route(
        name="nho",
        words=("nho giup", "nho nguoi toi giup", "nho", "help me", "ask for a visit"),
        handler=help_request.start,
        help=N_("ask for a visit; somebody of the team comes"),
    ),
    Route(
        name="baocao",
        words=("bao cao", "bc", "report", "phieu moi"),
        handler=report.start,
        help=N_("file an outreach report, step by step or in one line"),
        action=Action.FILE_REPORT,
    ),
    Route(
        name="phieu",
        words=("phieu", "phieu cua toi", "my reports"),
        handler=my_reports.listed,
        help=N_("my reports: see, change, withdraw"),
        action=Action.FILE_REPORT,
    ),
    Route(
        name="viec",
        words=("viec", "viec can lam", "visits"),
        handler=visits.start,
        help=N_("visits that are wanted near me: take, done, hand back"),
        action=Action.TAKE_VISIT,
    ),
    Route(
        name="hoilai",
        words=("hoi lai", "open questions", "cau hoi ve phieu"),
        handler=report_queries.listed,
        help="",
        action=Action.FILE_REPORT,
    ),
    Route(
        name="nhuhomqua",
        words=report_again.WORDS,
        handler=report_again.same,
        help="",
        action=Action.FILE_REPORT,
    ),
    Route(
        name="sua", words=("sua", "sua phieu", "change"), handler=my_reports.latest, help="", action=Action.FILE_REPORT
    ),
    Route(
        name="tuan",
        words=("tuan", "tong ket tuan", "week", "summary"),
        handler=summary.now,
        help=N_("the summary of this period or the one before; the reporting period"),
        action=Action.SEE_SUMMARY,
    ),
    Route(
        name=totals.NAME,
        words=("tong cong", "cong lai", "totals"),
        handler=totals.start,
        help=N_("sums by place (the old map or the new), team, commune or day"),
        action=Action.SEE_SUMMARY,
    ),
    Route(
        name="gui",
        words=("gui tin", "nhan tin ca to", "broadcast"),
        handler=broadcast.start,
        help=N_("one message to the team; how far it is; stop it"),
        action=Action.BROADCAST,
    ),
    Route(
        name="to",
        words=("to", "to cua toi", "team", "my team"),
        handler=team.show,
        help=N_("my teams: members, places, leave; invite, approve, remove, hand over"),
        action=Action.SEE_TEAM,
    ),
    Route(
        name="muctieu",
        words=("muc tieu", "goals"),
        handler=goals.start,
        help=N_("goals by place and skill, and how far they are"),
        action=Action.SET_GOALS,
    ),
    Route(
        name="xuat",
        words=("xuat", "xuat phieu", "xuat file", "export"),
        handler=exports.start,
        help=N_("the reports of a period as Excel or CSV, the summary as Word"),
        action=Action.EXPORT,
    ),
    Route(
        name="dulieu",
        words=("du lieu cua toi", "du lieu", "my data"),
        handler=profile.data,
        help=N_("what is kept about me; withdraw consent"),
    ),
    Route(name="xungho", words=("xung ho", "cach xung ho"), handler=profile.address, help=""),
    Route(
        name="ngonngu",
        words=("english", "tieng anh", "tieng viet", "vietnamese", "ngon ngu", "language"),
        handler=profile.language,
        help=N_("Vietnamese or English"),
    ),
    Route(
        name="dung",
        words=("dung", "dung lai", "stop"),
        handler=profile.stop,
        help=N_("no more messages that I did not ask for"),
    ),
    Route(name="them", words=("them", "more"), handler=menu.more, help=""),
    Route(
        name="trogiup", words=("tro giup", "giup", "help", "huong dan"), handler=help_page.show, help=N_("this list")
    ),
)
"""Stop words come before everything else; the other words count only where no form or lesson is open."""

STOP = "dung"
BUTTONS: Mapping[str, Handler] = {
    "agree": start.agree,
    "team": which_team.chosen,
    name.NAME: name.tapped,
    "to": team.one,
    "leave": team.leave,
    "members": team_members.members,
    "member": team_members.member,
    "remove": team_members.remove,
    "handover": team_members.hand_over,
    "join": team_members.join,
    "invite": invite.step,
    "details": start.details,
    "refuse": start.refuse,
    "addr": profile.set_address,
    "withdraw": profile.withdraw,
    "remind": dates.remind,
    "past": dates.past,
    "track": lessons.track,
    "lesson": lessons.begin,
    "step": lessons.step,
    "quiz": lessons.answer,
    "next": lessons.resume,
    "fact": questions.fact,
    "f": report.tapped,
    "fix": report.correct,
    "do": report.move,
    "rep": my_reports.one,
    "reps": report_list.tapped,
    report_queries.ASK: report_queries.ask_tapped,
    report_queries.ANSWER: report_queries.answer_tapped,
    help_request.NAME: help_request.tapped,
    visits.NAME: visits.tapped,
    "week": summary.tapped,
    "muctieu": goals.tapped,
    "xuat": exports.tapped,
    "ky": periods.tapped,
    totals.NAME: totals.tapped,
    "gui": broadcast.tapped,
}
AWAITED: Mapping[str, Handler] = {
    name.NAME: name.typed,
    "muctieu": goals.typed,
    "xuat": exports.typed,
    "gui": broadcast.typed,
    help_request.NAME: help_request.typed,
    report_queries.ASK: report_queries.ask_typed,
    report_queries.ANSWER: report_queries.answer_typed,
}
"""What takes the next text, by the name in `State.awaited`; its moves are buttons of that name."""

"""What can be said and what answers it: a table you can print."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.errors import N_
from bot.core.messages import InboundMessage, Reply
from bot.services.permissions import Action, allowed
from bot.turn import Turn
from handlers import menu, start
from handlers.answering import loudspeaker, open_questions, questions, recall, scam_check
from handlers.calendar import dates
from handlers.figures import dashboard, exports, goals, summary, totals
from handlers.learning import lessons
from handlers.person import link, log_out, my_data, profile
from handlers.reports import my_reports, report, report_again, report_queries
from handlers.teams import broadcast, team
from handlers.visiting import help_request, visits

Handler = Callable[[Turn], Reply | InboundMessage | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One command: its name on every channel, the words that mean it, and what it does."""

    name: str
    words: tuple[str, ...]
    handler: Handler
    help: str  # English msgid of one line; empty: not listed
    action: Action | None = None  # the role it needs; the service asks again


def list_commands(turn: Turn) -> Reply:
    """Help: what this person can do here, a line each."""
    _ = turn.say
    lines = [
        f"/{route.name}: {_(route.help)}"
        for route in COMMANDS
        if route.help and (route.action is None or allowed(turn.roles, route.action))
    ]
    intro = _("Tap a button, type its number or its words, with or without marks. Or simply ask.")
    moves = _("At every step: back, skip, cancel, menu.")
    return Reply(text="\n".join((intro, *lines, moves)), choices=menu.choices(turn))


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
        help=N_("short lessons with a quiz; review, certificate"),
    ),
    Route(
        name="hoi",
        words=("hoi", "ask"),
        handler=questions.ask,
        help=N_("ask a question; the answer names its source and date"),
    ),
    Route(
        name="hanchot",
        words=("han", "han chot", "lich", "sap toi", "ngay can nho", "dates"),
        handler=dates.upcoming,
        help=N_("dates to remember; behind it: add, follow, pause, calendar"),
    ),
    Route(
        name="nho",
        words=("nho giup", "nho nguoi toi giup", "nho", "help me", "ask for a visit"),
        handler=help_request.start,
        help=N_("ask for a visit; somebody of the team comes"),
    ),
    Route(
        name=scam_check.NAME,
        words=scam_check.CALLS,
        handler=scam_check.start,
        help=N_("paste a suspicious message or link: warning signs and the next step"),
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
        name="cauhoi",
        words=("cau hoi", "cau hoi cua ba con", "people s questions", "questions"),
        handler=open_questions.start,
        help=N_("what people asked and nobody answered; our own answers"),
        action=Action.ANSWER_QUESTIONS,
    ),
    Route(
        name="dinhchinh",
        words=("dinh chinh", "corrections"),
        handler=recall.start,
        help=N_("facts that were replaced: write to who was told the old one"),
        action=Action.CORRECT_FACTS,
    ),
    Route(
        name=loudspeaker.NAME,
        words=("loa", "bai phat thanh", "phat loa", "loudspeaker"),
        handler=loudspeaker.start,
        help=N_("a text for the commune loudspeaker from a lesson or a fact, 60 to 90 seconds"),
        action=Action.MAKE_SCRIPT,
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
        name=dashboard.NAME,
        words=("bang", "bang so lieu", "dashboard"),
        handler=dashboard.start,
        help=N_("a page with my teams' figures, opened by a link for one use"),
        action=Action.SEE_DASHBOARD,
    ),
    Route(
        name="dulieu",
        words=("du lieu cua toi", "du lieu", "my data"),
        handler=my_data.start,
        help=N_("my data: see, download, correct, pause, erase; withdraw a consent"),
    ),
    Route(
        name="lienket",
        words=("lien ket", "link"),
        handler=link.start,
        help=N_("join my Telegram, Zalo and web chat into one person; the main channel"),
    ),
    Route(
        name=log_out.NAME,
        words=log_out.WORDS,
        handler=log_out.start,
        help=N_("log out of every browser"),
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
    Route(name="trogiup", words=("tro giup", "giup", "help", "huong dan"), handler=list_commands, help=N_("this list")),
)
"""Stop words come before everything else; the other words count only where no form or lesson is open."""

STOP = "dung"

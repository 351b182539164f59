"""Every way into what a role is needed for: what is tapped or typed, whose right it is, what is seen or changed.

Every command and every button is named. What is open to everybody has no action; what it gives is the person's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from bot.models import (
    Broadcast,
    CalendarFeed,
    DataRequest,
    FollowUp,
    Goal,
    JoinRequest,
    LocalFact,
    OpenQuestion,
    ReportQuery,
    TeamDate,
    TeamPause,
)
from bot.services.permissions import Action
from bot.storage.database import Transaction
from tests.services.commune import Commune

SECRET: Final = "bí mật của tổ một"  # stands in everything that only team 1 may see
A = Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One attempt. `{report}` and the like are ids of team 1's rows."""

    tap: str = ""
    say: str = ""
    action: Action | None = None  # None: open to everybody
    shows: str = ""  # words that are there when it opens, and only then
    writes: str = ""  # a table that is written when it opens, and only then
    anywhere: bool = False  # a role in any team will do: it shows one's own
    own: str = ""  # "filer": who filed it, and the coordinator; "self": Hoa alone; the role is not enough
    awaited: str = ""  # what is typed next; the right is asked again when it comes


def command(name: str, **more: Any) -> Door:
    return Door(say=f"/{name}", anywhere=True, **more)


COMMAND_DOORS: Final[Mapping[str, tuple[Door, ...]]] = {
    **{
        name: (command(name),)
        for name in (
            *("start", "menu", "baihoc", "hoi", "hanchot", "nho", "kiemtra", "dulieu", "lienket", "dangxuat", "xungho"),
            *("ngonngu", "dung", "them", "trogiup"),
        )
    },
    "baocao": (command("baocao", action=A.FILE_REPORT, shows="1/"),),
    "phieu": (
        command("phieu", action=A.FILE_REPORT),
        Door(say="/phieu {number}", action=A.FILE_REPORT, shows=SECRET, own="filer"),
    ),
    "viec": (
        command("viec", action=A.TAKE_VISIT),
        Door(say="/viec {visit}", action=A.TAKE_VISIT, shows="Việc 1"),
    ),
    "hoilai": (command("hoilai", action=A.FILE_REPORT),),
    "nhuhomqua": (command("nhuhomqua", action=A.FILE_REPORT),),
    "sua": (command("sua", action=A.FILE_REPORT),),
    "tuan": (command("tuan", action=A.SEE_SUMMARY, shows="📋"),),
    "tong": (command("tong", action=A.SEE_SUMMARY),),
    "gui": (command("gui", action=A.BROADCAST),),
    "cauhoi": (command("cauhoi", action=A.ANSWER_QUESTIONS),),
    "dinhchinh": (command("dinhchinh", action=A.CORRECT_FACTS),),
    "loa": (command("loa", action=A.MAKE_SCRIPT),),
    "to": (command("to", action=A.SEE_TEAM),),
    "muctieu": (command("muctieu", action=A.SET_GOALS),),
    "xuat": (command("xuat", action=A.EXPORT),),
    "bang": (command("bang", action=A.SEE_DASHBOARD, writes="dashboard_pass"),),
}
"""By the name of a command."""

OPEN_BUTTONS: Final = (
    *("addr", "agree", "caudo", "cert", "dangxuat", "data", "details", "fact", "follow", "hush", "kehoach", "kiemtra"),
    *("lesson", "link", "mark", "name", "next", "nho", "past", "quiz", "rd", "refuse", "remind", "rev", "sheet"),
    *("source", "step", "team", "track", "withdraw"),
)
"""They work on what is the person's own, or everybody's."""

BUTTON_DOORS: Final[Mapping[str, tuple[Door, ...]]] = {
    **{name: (Door(tap=f"{name}:{{report}}", anywhere=True),) for name in OPEN_BUTTONS},
    "do": (Door(tap="do:new", action=A.FILE_REPORT, anywhere=True, shows="1/"),),
    "f": (Door(tap="f:day=hôm nay", action=A.FILE_REPORT, anywhere=True),),
    "fix": (Door(tap="fix:note", action=A.FILE_REPORT, anywhere=True),),
    "rep": (
        Door(tap="rep:{report}=show", action=A.CHANGE_REPORT, shows=SECRET, own="filer"),
        Door(tap="rep:{report}=fix", action=A.CHANGE_REPORT, shows=SECRET, own="filer"),
        Door(tap="rep:{report}=withdraw", action=A.CHANGE_REPORT, writes="report", own="filer"),
        Door(tap="rep:{report}=restore", action=A.CHANGE_REPORT, own="filer"),
    ),
    "reps": (Door(tap="reps:t.0.0", action=A.QUERY_REPORT, anywhere=True),),
    "vis": (
        Door(tap="vis:{visit}=show", action=A.TAKE_VISIT, shows="Việc 1"),
        Door(tap="vis:{visit}=take", action=A.TAKE_VISIT, writes="follow_up"),
        Door(tap="vis:{visit}=done", action=A.TAKE_VISIT, own="nobody"),
        Door(tap="vis:{visit}=back", action=A.RUN_VISITS, own="nobody"),
    ),
    "hoilai": (Door(tap="hoilai:{report}", action=A.QUERY_REPORT, awaited="Số hộ đúng chưa?", writes="report_query"),),
    "traloi": (
        Door(tap="traloi:{query}", action=A.CHANGE_REPORT, awaited="Đúng rồi.", writes="report_query", own="self"),
    ),
    "week": (Door(tap="week:{team}", action=A.SEE_SUMMARY, shows="Tổ Bản Mẫu"),),
    "ky": (Door(tap="ky:{team}=month", action=A.SET_PERIOD, writes="period_setting"),),
    "tong": (Door(tap="tong:unit={team}=2026-11-16=new", action=A.SEE_SUMMARY),),
    "muctieu": (
        Door(tap="muctieu:one={goal}", action=A.SET_GOALS, shows="4.321"),
        Door(tap="muctieu:drop!={goal}", action=A.SET_GOALS, writes="goal"),
        Door(tap="muctieu:number={goal}", action=A.SET_GOALS, awaited="25", writes="goal"),
    ),
    "xuat": (Door(tap="xuat:csv={team}=2026-11-01_2026-11-18", action=A.EXPORT, writes="media"),),
    "gui": (
        Door(tap="gui:new={team}", action=A.BROADCAST),
        Door(tap="gui:stop={broadcast}", action=A.BROADCAST, writes="broadcast"),
    ),
    "cauhoi": (
        Door(tap="cauhoi:open={question}", action=A.ANSWER_QUESTIONS, shows=SECRET),
        Door(tap="cauhoi:aside={question}", action=A.ANSWER_QUESTIONS, writes="open_question"),
        Door(tap="cauhoi:own={answer}", action=A.ANSWER_QUESTIONS, shows=SECRET),
        Door(tap="cauhoi:dropped={answer}", action=A.ANSWER_QUESTIONS, writes="local_fact"),
    ),
    "dinhchinh": (Door(tap="dinhchinh:list", action=A.CORRECT_FACTS, anywhere=True),),
    "loa": (Door(tap="loa:list", action=A.MAKE_SCRIPT, anywhere=True),),
    "to": (Door(tap="to:{team}", action=A.SEE_TEAM, shows="Tổ Bản Mẫu"),),
    "leave": (Door(tap="leave:{team}=yes", action=A.LEAVE_TEAM),),
    "members": (Door(tap="members:{team}", action=A.REMOVE_MEMBER),),
    "member": (Door(tap="member:{team}={somebody}", action=A.REMOVE_MEMBER, shows="Páo"),),
    "remove": (Door(tap="remove:{team}={somebody}=yes", action=A.REMOVE_MEMBER, writes="member"),),
    "handover": (Door(tap="handover:{team}={somebody}=yes", action=A.HAND_OVER, writes="member"),),
    "join": (
        Door(tap="join:{request}=see", action=A.APPROVE, shows="Lan muốn vào"),
        Door(tap="join:{request}=yes", action=A.APPROVE, writes="member"),
        Door(tap="join:{request}=no", action=A.APPROVE, writes="join_request"),
    ),
    "invite": (Door(tap="invite:{team}=volunteer=1=7", action=A.INVITE),),
    "ngay": (
        Door(tap="ngay:one={date}", action=A.SEE_TEAM),
        Door(tap="ngay:drop!={date}", action=A.SET_DATES, writes="team_date"),
    ),
    "nghi": (Door(tap="nghi:end={pause}", action=A.PAUSE_TEAM, writes="team_pause"),),
    "lich": (
        Door(tap="lich:team", action=A.SET_DATES, anywhere=True),
        Door(tap="lich:newteam", action=A.SET_DATES, anywhere=True, writes="calendar_feed"),
    ),
    "datareq": (
        Door(tap="datareq:see={data}", action=A.ANSWER_DATA, shows=SECRET),
        Door(tap="datareq:answer={data}", action=A.ANSWER_DATA, awaited="Đã làm xong.", writes="data_request"),
        Door(tap="datareq:more={data}", action=A.ANSWER_DATA, writes="data_request"),
    ),
}
"""By the action of a button."""

FREE: Final = frozenset(
    (
        *("inbox", "outbox", "conversation", "contact", "person", "consent", "link_code", "code_attempt", "told_fact"),
        *("answer_mark", "reminder_mute", "review_card", "lesson_progress", "data_request_log", "channel_usage"),
    )
)
"""Tables in which a person's own wandering leaves traces."""


def furnish(tx: Transaction, commune: Commune) -> dict[str, str]:
    """One of everything that belongs to team 1, asked for or written by Hoa, Lan or Minh; their ids."""
    now, today, people = commune.clock(), commune.today, commune.persons
    hoa, lan, minh = people["Hoa"], people["Lan"], people["Minh"]
    unit: Any = tx.connection.exec_driver_sql(
        "SELECT unit_id FROM team_unit WHERE team_id = 1 ORDER BY unit_id"
    ).scalar()
    stamps: dict[str, Any] = {"created_at": now}
    rows: dict[str, Any] = {
        "visit": FollowUp(
            unit_id=unit, skills=["vneid"], note=SECRET, person_id=lan, due_on=today, changed_at=now, **stamps
        ),
        "goal": Goal(team_id=1, target=4321, first=today, last=date(2026, 12, 31), **stamps),
        "broadcast": Broadcast(
            team_id=1, person_id=minh, segment="all", text=SECRET, due_at=now + timedelta(days=1), **stamps
        ),
        "question": OpenQuestion(person_id=hoa, text=f"{SECRET} ở đâu", asked_at=now),
        "answer": LocalFact(
            team_id=1, person_id=minh, question="Hỏi gì?", text=SECRET, source="Bảng tin", as_of=today,
            expires_on=today + timedelta(days=90), updated_at=now, **stamps,
        ),
        "request": JoinRequest(team_id=1, person_id=lan, role="volunteer", asked_at=now),
        "date": TeamDate(
            team_id=1, title=SECRET, day=today + timedelta(days=9), leads=[1], person_id=minh, changed_at=now, **stamps
        ),
        "pause": TeamPause(team_id=1, first=today, last=today, reason="harvest", person_id=minh, **stamps),
        "data": DataRequest(
            person_id=hoa, kind="other", text=SECRET, asked_at=now, answer_by=today, finish_by=today + timedelta(days=9)
        ),
        "feed": CalendarFeed(name="f" * 32, team_id=1, **stamps),
    }  # fmt: skip
    tx.session.add_all(rows.values())
    tx.session.flush()
    return {name: str(getattr(row, "id", 0) or 0) for name, row in rows.items()}


def query_of(tx: Transaction, report: int, commune: Commune) -> str:
    """An open question of Minh about a report."""
    row = ReportQuery(report_id=report, asker_id=commune.persons["Minh"], text=SECRET, asked_at=commune.clock())
    tx.session.add(row)
    tx.session.flush()
    return str(row.id)

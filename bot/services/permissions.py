"""Who may do what: one table, asked by every service. A button is a hint, never a right."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from bot.core.errors import N_, NotAllowed
from bot.core.people import Membership, TeamRole


class Action(StrEnum):
    """What a role is needed for. Everything else is open to all."""

    FILE_REPORT = "file report"
    CHANGE_REPORT = "change report"
    SEE_SUMMARY = "see summary"
    SET_PERIOD = "set period"
    SET_GOALS = "set goals"
    EXPORT = "export"
    SEE_DASHBOARD = "see dashboard"
    QUERY_REPORT = "query report"
    TAKE_VISIT = "take visit"
    RUN_VISITS = "run visits"
    BROADCAST = "broadcast"
    MAKE_SCRIPT = "make script"
    SEE_TEAM = "see team"
    LEAVE_TEAM = "leave team"
    INVITE = "invite"
    APPROVE = "approve member"
    REMOVE_MEMBER = "remove member"
    HAND_OVER = "hand over"
    SET_DATES = "set dates"
    PAUSE_TEAM = "pause team"
    ANSWER_QUESTIONS = "answer questions"
    CORRECT_FACTS = "correct facts"
    ANSWER_DATA = "answer data requests"


PERMISSIONS: Mapping[Action, frozenset[TeamRole]] = {
    Action.FILE_REPORT: frozenset({"volunteer", "coordinator"}),
    Action.CHANGE_REPORT: frozenset({"volunteer", "coordinator"}),
    Action.SEE_SUMMARY: frozenset({"coordinator"}),
    Action.SET_PERIOD: frozenset({"coordinator"}),
    Action.SET_GOALS: frozenset({"coordinator"}),
    Action.EXPORT: frozenset({"coordinator"}),
    Action.SEE_DASHBOARD: frozenset({"coordinator"}),
    Action.QUERY_REPORT: frozenset({"coordinator"}),
    Action.TAKE_VISIT: frozenset({"volunteer", "coordinator"}),
    Action.RUN_VISITS: frozenset({"coordinator"}),
    Action.BROADCAST: frozenset({"coordinator"}),
    Action.MAKE_SCRIPT: frozenset({"coordinator"}),
    Action.SEE_TEAM: frozenset({"volunteer", "coordinator"}),
    Action.LEAVE_TEAM: frozenset({"volunteer", "coordinator"}),
    Action.INVITE: frozenset({"coordinator"}),
    Action.APPROVE: frozenset({"coordinator"}),
    Action.REMOVE_MEMBER: frozenset({"coordinator"}),
    Action.HAND_OVER: frozenset({"coordinator"}),
    Action.SET_DATES: frozenset({"coordinator"}),
    Action.PAUSE_TEAM: frozenset({"coordinator"}),
    Action.ANSWER_QUESTIONS: frozenset({"coordinator"}),
    Action.CORRECT_FACTS: frozenset({"coordinator"}),
    Action.ANSWER_DATA: frozenset({"coordinator"}),
}
REFUSALS: Mapping[Action, str] = {
    Action.FILE_REPORT: N_(
        "Reports are filed by members of a team. Ask the coordinator for an invitation code, then type it here."
    ),
    Action.CHANGE_REPORT: N_("Only who filed this report, or the coordinator of its team, may change it."),
    Action.SEE_SUMMARY: N_("The weekly summary is for the coordinator of the team."),
    Action.SET_PERIOD: N_("Only the coordinator of the team may choose its reporting period."),
    Action.SET_GOALS: N_("Goals are set by the coordinator of the team."),
    Action.EXPORT: N_("Files of a period are for the coordinator of the team."),
    Action.SEE_DASHBOARD: N_("The page with the team's figures is for the coordinator of the team."),
    Action.QUERY_REPORT: N_("Only the coordinator of the team may ask about its reports."),
    Action.TAKE_VISIT: N_(
        "Visits are made by members of a team. Ask the coordinator for an invitation code, then type it here."
    ),
    Action.RUN_VISITS: N_("Only the coordinator of the team may do this."),
    Action.BROADCAST: N_("A message to the whole team is sent by its coordinator."),
    Action.MAKE_SCRIPT: N_("Texts for the loudspeaker are made by the coordinator of the team."),
    Action.SEE_TEAM: N_("You are in no such team. With an invitation code you can join one: type the code here."),
    Action.LEAVE_TEAM: N_("You are not in this team any more."),
    Action.INVITE: N_("Only the coordinator of the team invites people."),
    Action.APPROVE: N_("Only the coordinator of the team says who may join."),
    Action.REMOVE_MEMBER: N_("Only the coordinator of the team may take somebody out of it."),
    Action.HAND_OVER: N_("Only the coordinator of the team can hand this over."),
    Action.SET_DATES: N_("Dates of a team are set by its coordinator."),
    Action.PAUSE_TEAM: N_("Only the coordinator of the team may pause its reminders."),
    Action.ANSWER_QUESTIONS: N_("Questions are answered by the coordinator of the team."),
    Action.CORRECT_FACTS: N_("Only a coordinator may have people written to about a corrected fact."),
    Action.ANSWER_DATA: N_("Requests about personal data are answered by the coordinator of the person's team."),
}


def allowed(roles: Iterable[Membership], action: Action, team: int | None = None) -> Membership | None:
    """The first role that may do it (in that team, when one is given); None when there is none."""
    for role in roles:
        if role.role in PERMISSIONS[action] and team in (None, role.team):
            return role
    return None


def require(roles: Iterable[Membership], action: Action, team: int | None = None) -> Membership:
    """The first role that may do it. NotAllowed, with a sentence for the person, when there is none."""
    if role := allowed(roles, action, team):
        return role
    raise NotAllowed(REFUSALS[action])

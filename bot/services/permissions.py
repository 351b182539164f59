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


PERMISSIONS: Mapping[Action, frozenset[TeamRole]] = {
    Action.FILE_REPORT: frozenset({"volunteer", "coordinator"}),
    Action.CHANGE_REPORT: frozenset({"volunteer", "coordinator"}),
    Action.SEE_SUMMARY: frozenset({"coordinator"}),
}
REFUSALS: Mapping[Action, str] = {
    Action.FILE_REPORT: N_(
        "Reports are filed by members of a team. Ask the coordinator for an invitation code, then type it here."
    ),
    Action.CHANGE_REPORT: N_("Only who filed this report, or the coordinator of its team, may change it."),
    Action.SEE_SUMMARY: N_("The weekly summary is for the coordinator of the team."),
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

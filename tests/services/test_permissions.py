from itertools import product
from typing import get_args

import pytest

from bot.core.errors import NotAllowed
from bot.core.people import Membership, TeamRole
from bot.services.permissions import PERMISSIONS, REFUSALS, Action, allowed, require

ROLES: tuple[TeamRole, ...] = get_args(TeamRole)
EVERY: tuple[TeamRole, ...] = ("volunteer", "coordinator")
LEADER: tuple[TeamRole, ...] = ("coordinator",)
TABLE = {
    "file report": EVERY,
    "change report": EVERY,
    "take visit": EVERY,
    "see summary": LEADER,
    "set period": LEADER,
    "set goals": LEADER,
    "export": LEADER,
    "see dashboard": LEADER,
    "query report": LEADER,
    "run visits": LEADER,
    "broadcast": LEADER,
    "make script": LEADER,
    "see team": EVERY,
    "leave team": EVERY,
    "invite": LEADER,
    "approve member": LEADER,
    "remove member": LEADER,
    "hand over": LEADER,
    "set dates": LEADER,
    "pause team": LEADER,
    "answer questions": LEADER,
    "correct facts": LEADER,
    "answer data requests": LEADER,
}


def member(role: TeamRole, team: int = 1) -> Membership:
    return Membership(team=team, role=role, team_name="Tổ", team_code="T", commune="Xã")


def test_the_table_is_complete() -> None:
    assert set(PERMISSIONS) == set(REFUSALS) == set(Action)
    assert set(TABLE) == {action.value for action in Action}
    assert all(set(roles) <= set(ROLES) for roles in PERMISSIONS.values())


@pytest.mark.parametrize(("role", "action"), list(product(ROLES, Action)))
def test_each_role_may_what_the_table_says(role: TeamRole, action: Action) -> None:
    may = role in TABLE[action.value]
    mine = member(role)
    assert allowed([mine], action) == (mine if may else None)
    assert allowed([mine], action, 1) == (mine if may else None)
    assert allowed([mine], action, 2) is None
    if may:
        assert require([mine], action, 1) == mine
        return
    with pytest.raises(NotAllowed) as refused:
        require([mine], action)
    assert refused.value.say == REFUSALS[action]


@pytest.mark.parametrize("action", Action)
def test_without_a_role_nothing_is_allowed(action: Action) -> None:
    for team in (None, 0, 1):
        assert allowed([], action, team) is None
        with pytest.raises(NotAllowed):
            require([], action, team)


def test_of_several_roles_the_one_of_the_team_counts() -> None:
    here, there = member("volunteer", 1), member("coordinator", 2)
    assert allowed([here, there], Action.SEE_SUMMARY) == there
    assert allowed([here, there], Action.SEE_SUMMARY, 1) is None
    assert allowed([here, there], Action.FILE_REPORT) == here
    assert allowed([here, there], Action.FILE_REPORT, 2) == there


def test_no_team_is_no_team_of_anybody() -> None:
    assert allowed([member("coordinator")], Action.FILE_REPORT, 0) is None

"""Teams: who is in them, where they work, and how one joins."""

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.core.errors import N_, KnownError, SetupFault
from bot.core.forms import Place
from bot.core.people import Membership, TeamRole
from bot.core.text import phrase
from bot.models import Invite, Team
from bot.storage import areas, people
from bot.storage.database import Transaction

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 signs; none can be read as another
CODE_LENGTH = 10


def roles(tx: Transaction, person: int) -> tuple[Membership, ...]:
    """The roles the person has now."""
    return people.memberships(tx, person)


def places(tx: Transaction, team: int) -> tuple[Place, ...]:
    """Where the team works, as answers: "Thôn 3", also typed "t3" or just "3"."""
    return tuple(
        Place(id=unit, label=f"{kind} {name}".strip(), words=_aliases(kind, name))
        for unit, kind, name in areas.units_of(tx, team)
    )


def _aliases(kind: str, name: str) -> tuple[str, ...]:
    initials = "".join(word[0] for word in phrase(kind).split())
    return (name, f"{initials}{phrase(name)}", f"{initials} {name}")


def invite(tx: Transaction, *, team: str, role: TeamRole, uses: int, days: int, now: datetime) -> str:
    """A new typed code for a role in a team, as people see it: "ABCDE-FGHJK". SetupFault when there is no such team."""
    found = areas.find_team(tx, team)
    if found is None or found.id is None:
        known = ", ".join(each.name for each in areas.all_teams(tx)) or "none yet"
        msg = f"There is no team {team!r}. Teams: {known}."
        raise SetupFault(msg)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    tx.session.add(
        Invite(
            code_hash=_hash(code),
            team_id=found.id,
            role=role,
            uses_left=uses,
            expires_at=now + timedelta(days=days),
            created_at=now,
        )
    )
    tx.session.flush()
    return f"{code[:5]}-{code[5:]}"


def looks_like_code(text: str) -> bool:
    """Whether a typed text has the shape of an invitation code."""
    code = _plain(text)
    return len(code) == CODE_LENGTH and set(code) <= set(ALPHABET)


def join(tx: Transaction, *, person: int, code: str, now: datetime) -> Team:
    """Use a code: the team that was joined. KnownError when the code cannot be used.

    A code never lowers a role somebody has already.
    """
    found = people.find_invite(tx, _hash(_plain(code)), now)
    if found is None:
        raise KnownError(
            N_("This code is not valid, was used up, or is too old. Check it letter by letter, or ask for a new one.")
        )
    held = {role.team: role.role for role in people.memberships(tx, person)}
    if held.get(found.team_id) not in ("coordinator", found.role):
        people.add_member(tx, team=found.team_id, person=person, role=found.role, now=now)
        found.uses_left -= 1
        tx.session.add(found)
        tx.session.flush()
    team = areas.get_team(tx, found.team_id)
    assert team
    return team


def _plain(code: str) -> str:
    return code.upper().replace("-", "").replace(" ", "")


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

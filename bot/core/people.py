"""Who is speaking, and what they may do: plain values."""

from dataclasses import dataclass
from typing import Literal

TeamRole = Literal["volunteer", "coordinator"]


NAME_LIMIT = 120  # characters of a person's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """The person a turn is for, and the chat they use."""

    person: int
    contact: int
    name: str
    locale: str
    address: str
    quiet: bool
    channel: str
    bot: str
    chat: str
    unreachable: bool = False
    new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A role the person has in one team now."""

    team: int
    role: TeamRole
    team_name: str
    team_code: str
    commune: str

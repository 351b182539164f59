"""One message's turn: everything a handler may look at, and the two things it may change (state, the transaction)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.core.conversation import State
from bot.core.forms import Place
from bot.core.messages import InboundMessage
from bot.core.payload import Payload, parse
from bot.core.people import Membership, Speaker
from bot.library import Library
from bot.search.finder import Finder
from bot.services import teams
from bot.services.local_answers import Shelf
from bot.storage.database import Transaction
from bot.words import Words

ADDRESSES = {"bac": "bác", "co": "cô", "chu": "chú", "anh": "anh", "chi": "chị", "ban": "bạn"}


@dataclass(kw_only=True)
class Turn:
    """What a handler is given. It lives as long as its transaction."""

    now: datetime
    message: InboundMessage
    speaker: Speaker
    state: State
    tx: Transaction
    library: Library
    index: Finder
    zone: ZoneInfo
    secret: bytes  # signs what is given out
    local: Shelf = field(default_factory=Shelf)  # the answers teams wrote themselves
    public_url: str = ""
    buttons: bool = True  # whether the channel has them; else choices are numbered lines
    team: int = 0  # the team the person has just named, of several
    quota: Callable[[str, str], int | None] = lambda _channel, _bot: None  # messages left this month; None: no limit
    locale: str = field(default="")
    _places: dict[int, tuple[Place, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The person's language is the turn's, until a handler changes it."""
        self.locale = self.locale or self.speaker.locale

    @property
    def today(self) -> date:
        """The local day of this turn."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def roles(self) -> tuple[Membership, ...]:
        """The roles the person has now: asked of the database once a turn, never remembered between turns."""
        return teams.roles(self.tx, self.speaker.person)

    def forget_roles(self) -> None:
        """Ask for the roles anew: this turn has changed them, or who speaks."""
        self.__dict__.pop("roles", None)

    @property
    def you(self) -> str:
        """How the person wants to be called, in Vietnamese; empty: no pronoun."""
        return ADDRESSES.get(self.speaker.address, "") if self.locale == "vi" else ""

    @property
    def said_on(self) -> date:
        """The local day on which the message was written: what "hôm nay" in it means, however late it arrives."""
        written = min(self.message.sent_at or self.now, self.now)
        return written.astimezone(self.zone).date()

    @property
    def audience(self) -> set[str]:
        """Whom content may be meant for: everybody is a resident, members have their roles too."""
        return {"resident", *(role.role for role in self.roles)}

    def places(self, team: int) -> tuple[Place, ...]:
        """Where a team works, as answers of a form; asked of the database once a turn."""
        if team not in self._places:
            self._places[team] = teams.places(self.tx, team, self.today)
        return self._places[team]

    def place_label(self, team: int, unit: int) -> str:
        """The name of a place of a team, also of one that is no more: for reports made there."""
        for place in self.places(team):
            if place.id == unit:
                return place.label
        return teams.place_labels(self.tx, team, self.today).get(unit, "?")

    @property
    def payload(self) -> Payload:
        """The tapped button, taken apart; empty for other messages."""
        return parse(self.message.payload)

    @property
    def words(self) -> Words:
        """The catalogue of the person's language."""
        return self.library.words[self.locale]

    def say(self, msgid: str, /, **values: object) -> str:
        """The sentence in the person's language, its placeholders filled as people read them."""
        return self.words.say(msgid, **values)

    def count(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The sentence in its right number; {n} is the number as people write it."""
        return self.words.say_many(one, many, n, **values)

    def show(self, value: object) -> str:
        """A value as people read it."""
        return self.words.show(value)

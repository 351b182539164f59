"""What a person holds in the hand, whatever the platform: acts go to the real channel, what is then seen is told."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from bot.app import Program
from tests.fakes.clock import SettableClock


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing the bot said, as it is seen: its text, and what it offers."""

    text: str
    offered: tuple[str, ...] = ()  # labels, in order


@dataclass
class Hand:
    """One person on a platform. `seen` are (label, payload, id of the message) of every choice shown so far."""

    chat: str
    language: str = "vi"
    newest: str = ""  # id of the message heard last
    at: int = 0  # the newest row seen, where messages are looked up
    seen: list[tuple[str, str, str]] = field(default_factory=list)

    def see(self, ref: str, choices: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """Note a message and its (label, payload) choices; the labels."""
        self.newest = ref
        self.seen += [(label, payload, ref) for label, payload in choices]
        return tuple(label for label, _ in choices)

    def find(self, label: str, *, old: bool = False) -> tuple[str, str]:
        """(payload, message) of the button of that label on the newest message, or on the last one before it."""
        for shown, payload, ref in reversed(self.seen):
            if shown == label and (ref != self.newest) == old:
                return payload, ref
        msg = f"no button {label!r}; there are {[shown for shown, _, _ in self.seen[-12:]]}"
        raise LookupError(msg)


class Platform(ABC):
    """One platform: opened once, connected to one program after another."""

    name: ClassVar[str]
    bot: ClassVar[str] = ""
    can: ClassVar[frozenset[str]]  # the acts that exist there
    by_words = False  # where choices are typed: by their words without marks, wherever these are clear

    def __init__(self, clock: SettableClock) -> None:
        self.clock = clock
        self.late = timedelta()  # how long a message waited for a signal
        self.settings: dict[str, str] = {}
        self._stack = AsyncExitStack()

    @abstractmethod
    async def open(self) -> None:
        """Start what lives as long as the dialogue."""

    async def close(self) -> None:
        """End it."""
        await self._stack.aclose()

    async def connect(self, program: Program) -> None:
        """Let the program take messages."""
        self.add_channel(program)
        self.sender = program.sender()
        self.receive = program.receiver(self.sender).receive

    async def disconnect(self) -> None:
        """The program is about to end."""
        await self.sender.finish()

    def add_channel(self, program: Program) -> None:  # noqa: B027  the web's is there already
        """Give the program its channel."""

    @abstractmethod
    async def join(self, name: str, language: str) -> Hand:
        """Somebody new, who has said nothing yet."""

    @abstractmethod
    async def do(self, hand: Hand, act: str, value: str) -> list[Heard]:
        """Say, tap, edit, send or forge; what the person sees then, once nothing is under way any more."""

    @abstractmethod
    async def again(self) -> list[Heard]:
        """The last act delivered once more."""

    async def told(self, hand: Hand) -> list[Heard]:
        """What this person was sent unasked and has not looked at."""
        raise NotImplementedError

    async def send_waiting(self) -> None:
        """Let the sender send everything that is due."""
        while claimed := await self.sender._claim():
            self.sender.deliver(claimed)
            await self.sender.finish()

    def faults(self) -> list[str]:
        """What a correct program never does there."""
        return []

"""One inbound message, from the channel to the commit. Read this file first.

A message is noted, understood, answered and its effects kept in one transaction; only then does the channel confirm it
to its platform. A crash before the commit means that the platform delivers again; after it, nothing is missing.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from weakref import WeakValueDictionary

import orjson
import structlog

from bot.core.clock import Clock
from bot.core.conversation import State
from bot.core.errors import DatabaseAway
from bot.core.messages import InboundMessage, Kind, OutboundMessage, Reply
from bot.core.people import Speaker
from bot.core.privacy import mask
from bot.core.text import clean
from bot.fairness import Fairness, Verdict
from bot.storage import messages, people
from bot.storage.database import Database, Transaction, is_away
from bot.turn import Turn

ATTEMPTS = 5  # after so many failed transactions a message is parked, so that it does not block its chat
TEXT_LIMIT = 4096  # what is read of a longer text
COMING_AND_GOING = (Kind.STOPPED, Kind.RETURNED)  # always noted
log = structlog.get_logger(__name__)

Dialogue = Callable[[Turn], Reply | None]
MakeTurn = Callable[[Transaction, InboundMessage, Speaker, State, datetime], Turn]


class HandlerBroke(Exception):
    """A handler did: its transaction is undone, another one keeps what was said. The cause is what it raised."""


class Receiver:
    """Takes inbound messages of every channel, one at a time per chat."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        make_turn: MakeTurn,
        dialogue: Dialogue,
        sorry: Callable[[Turn], Reply],
        slower: Callable[[Turn], Reply | None] = lambda _: None,
        owner: str = "",
        holds: Callable[[str, str], bool] = lambda *_: True,
        deliver: Callable[[Sequence[OutboundMessage]], None] = lambda _: None,
        default_locale: str = "vi",
    ) -> None:
        self._database = database
        self._clock = clock
        self._make_turn = make_turn
        self._dialogue = dialogue
        self._sorry, self._slower = sorry, slower
        self._fair = Fairness()
        self._owner = owner  # the sender that takes answers at once; empty when another process sends
        self._holds = holds  # whether that sender sends for a channel's bot
        self._deliver = deliver
        self._default_locale = default_locale
        self._chats: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def receive(self, message: InboundMessage) -> tuple[OutboundMessage, ...]:
        """The answers, after the commit. Raises DatabaseAway, or whatever broke, while the platform may try again."""
        key, arrived = (message.channel, message.bot, message.chat), self._clock()
        verdict = self._fair.judge(key, min(message.sent_at or arrived, arrived))
        if verdict is Verdict.SILENT and message.kind not in COMING_AND_GOING:
            return ()
        message = tidy(message)
        async with self._fair.under_way(key), self._one_at_a_time(message), self._fair.lane(verdict):
            now = self._clock()
            try:
                taken = await self._taken(without_numbers(message), now, in_haste=verdict is Verdict.TELL)
            except DatabaseAway:
                self._fair.give_back(key, verdict)
                raise
            except Exception as error:
                self._fair.give_back(key, verdict)
                log.exception("message failed", channel=message.channel, error=type(error).__name__)
                if await self._give_up(message, error, now):
                    return ()
                raise
            self._deliver(taken)
            return taken

    async def _taken(self, message: InboundMessage, now: datetime, *, in_haste: bool) -> tuple[OutboundMessage, ...]:
        try:
            return await self._database.write(lambda tx: self._take(tx, message, now, in_haste=in_haste))
        except HandlerBroke as broke:  # no savepoint for what hardly ever happens: it would be a round trip a message
            error = type(broke.__cause__).__name__
            return await self._database.write(lambda tx: self._apologize(tx, message, now, error))

    def _take(
        self, tx: Transaction, message: InboundMessage, now: datetime, *, in_haste: bool
    ) -> tuple[OutboundMessage, ...]:
        if not messages.take_in(tx, message, now):
            return ()
        speaker, state = self._meet(tx, message, now)
        turn = self._make_turn(tx, message, speaker, state, now)
        if in_haste and message.kind not in COMING_AND_GOING:
            return self._put_out(tx, turn, self._slower(turn))  # the conversation stays where it is
        try:
            reply = self._dialogue(turn)
            tx.finish()
        except Exception as error:
            if is_away(error):
                raise
            log.exception("handler failed", channel=message.channel, error=type(error).__name__)
            raise HandlerBroke from error
        self._keep_state(tx, turn, reply)
        return self._put_out(tx, turn, reply)

    def _apologize(
        self, tx: Transaction, message: InboundMessage, now: datetime, error: str
    ) -> tuple[OutboundMessage, ...]:
        """Keep the message, so that "tiếp" can try again, and say sorry; the conversation stays where it was."""
        if not messages.take_in(tx, message, now):
            return ()
        turn = self._make_turn(tx, message, *self._meet(tx, message, now), now)
        messages.mark_failed(tx, message, error=error, kept=_kept(message))
        return self._put_out(tx, turn, self._sorry(turn))

    def _meet(self, tx: Transaction, message: InboundMessage, now: datetime) -> tuple[Speaker, State]:
        known = people.find_speaker(tx, message)
        if known is None:
            locale = "en" if message.language.startswith("en") else self._default_locale
            return people.add_speaker(tx, message, locale=locale, now=now), State()
        speaker, state = known
        if speaker.unreachable and message.kind is not Kind.STOPPED:
            people.set_reachable(tx, speaker.contact, None)
        return speaker, State.from_json(orjson.loads(state))

    def _keep_state(self, tx: Transaction, turn: Turn, reply: Reply | None) -> None:
        if reply is not None:
            turn.state.menu = reply.choices
            turn.state.menu_contact = turn.speaker.contact
        state = orjson.dumps(turn.state.to_json()).decode()
        people.save_state(tx, turn.speaker.person, state, turn.now)

    def _put_out(self, tx: Transaction, turn: Turn, reply: Reply | None) -> tuple[OutboundMessage, ...]:
        if reply is None:
            return ()
        speaker = turn.speaker
        retire = turn.message.message_ref if turn.message.kind is Kind.TAP else ""
        owner = self._owner if self._holds(speaker.channel, speaker.bot) else ""
        outgoing = messages.Outgoing(contact=speaker.contact, reply=reply, retire=retire, owner=owner)
        new = messages.put_out(tx, outgoing, turn.now)
        assert new  # without a key nothing can have been there before
        row, held = new
        answer = OutboundMessage(  # with `attempts` this process's sender holds it already
            id=row,
            contact=speaker.contact,
            channel=speaker.channel,
            bot=speaker.bot,
            chat=speaker.chat,
            reply=reply,
            retire=retire,
            attempts=int(held),
            created_at=turn.now,
        )
        return (answer,)

    async def _give_up(self, message: InboundMessage, error: Exception, now: datetime) -> bool:
        name = type(error).__name__
        dead = await self._database.write(
            lambda tx: messages.note_failure(tx, message, error=name, limit=ATTEMPTS, now=now)
        )
        if dead:
            log.error("message parked", channel=message.channel, error=name)
        return dead

    @asynccontextmanager
    async def _one_at_a_time(self, message: InboundMessage) -> AsyncIterator[None]:
        """The lock of a chat lives as long as somebody holds it or waits for it."""
        lock = self._chats.setdefault((message.channel, message.bot, message.chat), asyncio.Lock())
        async with lock:
            yield


def tidy(message: InboundMessage) -> InboundMessage:
    """The message with its text and names made safe to read and keep."""
    text = clean(message.text[: TEXT_LIMIT * 2])[:TEXT_LIMIT].strip()
    payload, name = clean(message.payload[:256]), clean(message.sender_name[:200]).strip()
    if (text, payload, name) == (message.text, message.payload, message.sender_name):
        return message
    return replace(message, text=text, payload=payload, sender_name=name)


def without_numbers(message: InboundMessage) -> InboundMessage:
    """The message as everything behind this door sees it: personal numbers replaced by what they are."""
    text, name = mask(message.text), mask(message.sender_name)
    if (text.text, name.text) == (message.text, message.sender_name):
        return message
    return replace(message, text=text.text, sender_name=name.text, private=bool(text.kinds))


def _kept(message: InboundMessage) -> dict[str, str]:
    return {"kind": message.kind.value, "text": message.text, "payload": message.payload}

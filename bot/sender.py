"""The one way out of the program: outbox rows to channels, in order within a chat, and what came of each.

A row is pending, then held by one sender (a lease), then sent, failed or unknown. Answers are sent again when nobody
knows whether they arrived; reminders and summaries never are: those are listed as unknown.
"""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.core.channel import Channel, SendFailure, Sent
from bot.core.clock import Clock
from bot.core.errors import DatabaseAway
from bot.core.messages import OutboundMessage, SendClass
from bot.pace import Pace
from bot.services import usage
from bot.storage import linking, messages, people
from bot.storage.database import Database, Transaction

GROWTH = (1, 2, 5, 15, 60, 300)  # seconds before the next try
GIVE_UP_AFTER = timedelta(hours=24)  # as long as Telegram keeps an undelivered update
IDLE_SECONDS = 1.0  # the safety net; a commit wakes the sender at once
SEND_SECONDS = 30  # longer than any channel's own time-out, shorter than the lease
AT_ONCE = 100
log = structlog.get_logger(__name__)

Channels = Mapping[tuple[str, str], Channel]  # by name and bot


def owner_name(start: datetime) -> str:
    """This process's name on the rows it holds: host, process, start."""
    return f"{socket.gethostname()}:{os.getpid()}:{start.timestamp():.3f}"


def is_dead(owner: str, mine: str) -> bool:
    """Whether a holder is certainly gone: a process of this host that no longer runs, or an earlier one with our id."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if owner == mine or host != socket.gethostname() or not rest.isdigit():
        return False
    if int(rest) == os.getpid():
        return True
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


class Sender:
    """Sends what the outbox holds, on the event loop it was started on."""

    def __init__(
        self, *, database: Database, channels: Channels, clock: Clock, owner: str, pace: Callable[[], Pace] = Pace
    ) -> None:
        self.owner = owner
        self._database = database
        self._channels = channels
        self._clock = clock
        self._pace = {key: pace() for key in channels}
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: Counter[int] = Counter()  # contacts that are being sent to: by how many tasks
        self._behind: set[int] = set()  # contacts for which something more waits
        self._done: list[tuple[OutboundMessage, Sent]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._stopping = False

    def deliver(self, answers: Sequence[OutboundMessage]) -> None:
        """Send what this sender holds, now; what waits behind something older of its chat follows that.

        Called right after the commit that made them; a message that is held counts an attempt.
        """
        for message in answers:
            if message.attempts:
                self._busy[message.contact] += 1  # now, not when the task begins: what is held here is nobody else's
                task = asyncio.create_task(self._send_and_go_on(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                self._behind.add(message.contact)
                if message.contact not in self._busy:
                    self.wake()

    def wake(self) -> None:
        """Look at the outbox now: something was put there."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; then finish what is on its way."""
        while not stop.is_set():
            try:
                claimed = await self._claim()
            except DatabaseAway:
                log.warning("database away", part="sender")
                claimed = []
            self.deliver(claimed)
            if len(claimed) < AT_ONCE:
                await self._rest(stop)
        self._stopping = True
        await self.finish()

    async def finish(self) -> None:
        """Wait for what is on its way, and note what came of it."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        if self._flushing:
            await self._flushing

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = {asyncio.create_task(self._wake.wait()), asyncio.create_task(stop.wait())}
        _, left = await asyncio.wait(waits, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        self._wake.clear()

    async def _claim(self) -> list[OutboundMessage]:
        now = self._clock()
        room = AT_ONCE - len(self._tasks)
        if room <= 0 or not await self._database.read(lambda tx: self._anything(tx, now)):
            return []

        def work(tx: Transaction) -> list[OutboundMessage]:
            dead = [owner for owner in messages.owners(tx) if is_dead(owner, self.owner)]
            messages.take_back(tx, now, dead, mine=self.owner, busy=self._busy)
            return messages.claim(tx, owner=self.owner, limit=room, now=now)

        return await self._database.write(work)

    def _anything(self, tx: Transaction, now: datetime) -> bool:
        due = messages.next_due(tx)
        left = [owner for owner in messages.owners(tx) if owner != self.owner or not self._busy]
        return bool(left) or (due is not None and due <= now)

    async def _send_and_go_on(self, message: OutboundMessage) -> None:
        contact = message.contact
        following: OutboundMessage | None = message
        try:
            while following is not None:
                await self._send(following)
                following = await self._next_of(contact)
        except DatabaseAway:
            log.warning("database away", part="sender")  # the lease ends, the row is taken back
        finally:
            self._busy[contact] -= 1
            if not self._busy[contact]:
                del self._busy[contact]
            if contact in self._behind:
                self.wake()

    async def _next_of(self, contact: int) -> OutboundMessage | None:
        if contact not in self._behind:
            return None
        self._behind.discard(contact)
        now = self._clock()
        claimed = await self._database.write(
            lambda tx: messages.claim(tx, owner=self.owner, limit=1, now=now, contact=contact)
        )
        return claimed[0] if claimed else None

    async def _send(self, message: OutboundMessage) -> None:
        key = (message.channel, message.bot)
        channel = self._channels.get(key)
        if channel is None:
            outcome: Sent | SendFailure = SendFailure(reason="no-channel", retryable=True)
        elif message.unasked and key[0] in usage.LIMITS and await self._hold(message):
            return
        else:
            await self._pace[key].turn(unasked=message.unasked)
            try:
                outcome = await asyncio.wait_for(channel.send(message), SEND_SECONDS)
            except TimeoutError:
                outcome = SendFailure(reason="timeout", retryable=True, maybe_sent=True)
            except Exception as error:
                log.exception("channel failed", channel=message.channel, error=type(error).__name__)
                outcome = SendFailure(reason="channel-error", retryable=True, maybe_sent=True)
        if isinstance(outcome, Sent):
            await self._note_sent(message, outcome)
        else:
            await self._note_failure(message, outcome)

    async def _hold(self, message: OutboundMessage) -> bool:
        """Put off what nobody waits for where the bot's month is nearly used up: answers still go."""
        now = self._clock()
        until = await self._database.read(lambda tx: usage.held_until(tx, message.channel, message.bot, now))
        if until is None:
            return False
        await self._note(lambda tx: messages.retry(tx, message.id, due_at=until, reason=messages.HELD))
        return True

    async def _note_sent(self, message: OutboundMessage, sent: Sent) -> None:
        """Many messages share one commit: whoever finds no flush under way starts one, the others wait for it."""
        self._done.append((message, sent))
        while any(done is message for done, _ in self._done):
            if self._flushing is None:
                self._flushing = asyncio.create_task(self._flush())
            await asyncio.shield(self._flushing)

    async def _flush(self) -> None:
        sent, self._done = self._done, []
        now = self._clock()
        calls: Counter[tuple[str, str]] = Counter()
        for message, each in sent:
            calls[message.channel, message.bot] += each.calls

        def work(tx: Transaction) -> None:
            messages.mark_sent(tx, [(message.id, each.message_ref) for message, each in sent], now)
            usage.count(tx, calls, now)

        try:
            await self._note(work)
        finally:
            self._flushing = None

    async def _note_failure(self, message: OutboundMessage, failure: SendFailure) -> None:
        now = self._clock()
        log.warning("not sent", channel=message.channel, reason=failure.reason, attempt=message.attempts)
        await self._note(lambda tx: note_failure(tx, message, failure, now))

    async def _note(self, work: Callable[[Transaction], None]) -> None:
        """Write down what came of a message, as soon as the database is there: what is forgotten would go out twice."""
        while True:
            try:
                return await self._database.write(work)
            except DatabaseAway:
                if self._stopping:
                    raise
                log.warning("database away", part="sender")
            await asyncio.sleep(IDLE_SECONDS)


def note_failure(tx: Transaction, message: OutboundMessage, failure: SendFailure, now: datetime) -> None:
    """Write down what a failure means for the message: try again, give up, or nobody knows."""
    usage.count(tx, {(message.channel, message.bot): failure.calls}, now)
    if failure.unreachable:
        people.set_reachable(tx, message.contact, now)
        messages.retry(tx, message.id, due_at=now, reason="unreachable")
        handed_on = linking.hand_on(tx, message.contact, linking.next_of(tx, message.contact))
        messages.drop_waiting(tx, message.contact, "unreachable")
        if not (handed_on and message.unasked):
            messages.settle(tx, message.id, status="failed", reason="unreachable")
    elif failure.maybe_sent and message.send_class is SendClass.ONCE:
        messages.settle(tx, message.id, status="unknown", reason=failure.reason)
    elif not failure.retryable or (message.created_at and now - message.created_at > GIVE_UP_AFTER):
        messages.settle(tx, message.id, status="failed", reason=failure.reason)
    else:
        wait = failure.retry_after or timedelta(seconds=GROWTH[min(message.attempts, len(GROWTH)) - 1])
        messages.retry(tx, message.id, due_at=now + wait, reason=failure.reason)

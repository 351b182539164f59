"""The one way out of the program: outbox rows to channels, in order within a chat, and what came of each.

A row is pending, then held by one sender (a lease), then sent, failed or unknown. Answers are sent again when nobody
knows whether they arrived; reminders and summaries never are: those are listed as unknown. What a bot account sends
leaves through one process at a time, which therefore knows how fast it may (decision 0040).
"""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.core.channel import Channel, SendFailure, Sent
from bot.core.clock import Clock
from bot.core.errors import DatabaseAway
from bot.core.messages import OutboundMessage
from bot.outcomes import GIVE_UP_AFTER, GROWTH, Outcomes, note_failure
from bot.pace import Pace
from bot.services import usage
from bot.storage import claiming, messages
from bot.storage.database import Database, Transaction
from bot.storage.line import Line

__all__ = ["GIVE_UP_AFTER", "GROWTH", "Sender", "is_dead", "note_failure", "owner_name"]

IDLE_SECONDS = 1.0  # the safety net; a commit wakes the sender at once
SEND_SECONDS = 30  # longer than any channel's own time-out, shorter than the lease
AT_ONCE = 100
AHEAD = 8  # messages nobody waits for that are claimed before their turn; answers come between them
SWEEP = timedelta(seconds=IDLE_SECONDS)  # between looks for what a dead sender holds
BACK = timedelta(seconds=1)  # a clock that went back so far has jumped
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
    """Sends what the outbox holds, on the event loop it was started on.

    `line`: how it hears of what other processes put out, and which bot accounts are its to send for; without one every
    account is.
    """

    def __init__(
        self,
        *,
        database: Database,
        channels: Channels,
        clock: Clock,
        owner: str,
        pace: Callable[[], Pace] = Pace,
        line: Line | None = None,
    ) -> None:
        self.owner = owner
        self._database = database
        self._channels = channels
        self._clock = clock
        self._line = line
        self._pace = {key: pace() for key in channels}
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: Counter[int] = Counter()  # contacts that are being sent to: by how many tasks
        self._behind: set[int] = set()  # contacts for which something more waits
        self._outcomes = Outcomes(database, clock, owner=owner, behind=self._behind)
        self._queued: Counter[tuple[str, str]] = Counter()  # by account: claimed, unasked, waiting for their turn
        self._mine: set[tuple[str, str]] = set()  # accounts this sender sent for when it last looked
        self._looked = self._swept = datetime.min.replace(tzinfo=UTC)  # by the clock, which may jump

    def holds(self, channel: str, bot: str) -> bool:
        """Whether messages of that bot account leave here. Pages and the terminal have none."""
        return self._line is None or not bot or self._line.holds((channel, bot))

    def deliver(self, answers: Sequence[OutboundMessage]) -> None:
        """Send what this sender holds, now; what waits behind something older of its chat follows that.

        Called right after the commit that made them; a message that is held counts an attempt.
        """
        for message in answers:
            if message.attempts:
                self._busy[message.contact] += 1  # now, not when the task begins: what is held here is nobody else's
                self._queued[message.channel, message.bot] += message.unasked
                task = asyncio.create_task(self._send_and_go_on(message))
                self._tasks.add(task)
                task.add_done_callback(self._ended)
            elif not self.holds(message.channel, message.bot):
                if self._line:
                    self._line.ring()
            else:
                self._behind.add(message.contact)
                if message.contact not in self._busy:
                    self.wake()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if len(self._tasks) == AT_ONCE:
            self.wake()
        self._tasks.discard(task)

    def wake(self) -> None:
        """Look at the outbox now: something was put there."""
        self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; then finish what is on its way, and let go of the accounts."""
        sent = asyncio.Event()
        holding = asyncio.create_task(self._line.run(sent, self.wake)) if self._line else None
        try:
            await self._run(stop)
        finally:
            sent.set()
            if holding:
                await holding

    async def _run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                claimed = await self._claim()
            except DatabaseAway:
                log.warning("database away", part="sender")
                claimed = []
            self.deliver(claimed)
            if not claimed:
                await self._rest(stop)
        self._outcomes.stopping = True
        await self.finish()

    async def finish(self) -> None:
        """Wait for what is on its way, and note what came of it."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._outcomes.finish()

    async def _rest(self, stop: asyncio.Event) -> None:
        waits = {asyncio.create_task(self._wake.wait()), asyncio.create_task(stop.wait())}
        _, left = await asyncio.wait(waits, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        self._wake.clear()

    async def _claim(self) -> list[OutboundMessage]:
        now, but = self._clock(), self._not_mine()
        room = AT_ONCE - (len(self._tasks) - self._queued.total())
        sweep, back = not timedelta() <= now - self._swept < SWEEP, self._looked - now > BACK
        self._looked = now
        if room <= 0 or not (back or await self._database.read(lambda tx: self._anything(tx, now, but, sweep=sweep))):
            return []
        busy = list(self._busy)
        full = [key for key, number in self._queued.items() if number >= AHEAD]

        def work(tx: Transaction) -> tuple[list[OutboundMessage], set[int]]:
            if back:
                claiming.hurry(tx, now)
            if sweep:
                dead = [owner for owner in claiming.owners(tx) if is_dead(owner, self.owner)]
                claiming.take_back(tx, now, dead, mine=self.owner, busy=busy)
            claimed = claiming.claim(tx, owner=self.owner, limit=room, now=now, unasked=False, but=but)
            claimed += claiming.claim(tx, owner=self.owner, limit=AHEAD, now=now, unasked=True, but=[*but, *full])
            return claimed, claiming.behind(tx, busy, now) if busy else set()

        claimed, more = await self._database.write(work)
        self._swept = now if sweep else self._swept
        self._behind.update(more)
        if not more <= self._busy.keys():
            self.wake()
        return claimed

    def _not_mine(self) -> list[tuple[str, str]]:
        """Accounts that another process sends for. One that has become ours has a second that may be full."""
        mine = {key for key in self._channels if self.holds(*key)}
        if self._line:
            for key in mine - self._mine:
                self._pace[key].begin_again()
        self._mine = mine
        return [key for key in self._channels if key not in mine]

    def _anything(self, tx: Transaction, now: datetime, but: Sequence[tuple[str, str]], *, sweep: bool) -> bool:
        if sweep and any(owner != self.owner or not self._busy for owner in claiming.owners(tx)):
            return True
        return claiming.anything_due(tx, now, but)

    async def _send_and_go_on(self, message: OutboundMessage) -> None:
        contact = message.contact
        following: OutboundMessage | None = message
        try:
            while following is not None:
                following = await self._send(following) or await self._next_of(following)
                if following:
                    self._queued[following.channel, following.bot] += following.unasked
        except DatabaseAway:
            log.warning("database away", part="sender")  # the lease ends, the row is taken back
        finally:
            self._busy[contact] -= 1
            if not self._busy[contact]:
                del self._busy[contact]
            if contact in self._behind:
                self.wake()

    async def _next_of(self, before: OutboundMessage) -> OutboundMessage | None:
        if before.contact not in self._behind:
            return None
        self._behind.discard(before.contact)
        now = self._clock()
        return await self._database.write(lambda tx: claiming.claim_next(tx, before, owner=self.owner, now=now))

    async def _send(self, message: OutboundMessage) -> OutboundMessage | None:
        """Send it, or put it back; what follows it, if that is held already."""
        channel = self._channels.get((message.channel, message.bot))
        try:
            now = channel is None or await self._turn(message)
        finally:
            self._begun(message)
        if not now:
            return None
        outcome = await _try(channel, message) if channel else SendFailure(reason="no-channel", retryable=True)
        return await self._outcomes.note(message, outcome)

    def _begun(self, message: OutboundMessage) -> None:
        """It waits for its turn no more: when few do, more are claimed."""
        key = (message.channel, message.bot)
        self._queued[key] -= message.unasked
        if message.unasked and self._queued[key] == AHEAD // 2:
            self.wake()

    async def _turn(self, message: OutboundMessage) -> bool:
        """Wait until it may go out; False where it has been put back."""
        if message.unasked and message.channel in usage.LIMITS and await self._hold(message):
            return False
        await self._pace[message.channel, message.bot].turn(unasked=message.unasked)
        if message.unasked and not self.holds(message.channel, message.bot):  # another process has taken over
            now = self._clock()
            await self._outcomes.write(lambda tx: messages.retry(tx, message.id, due_at=now, reason="handed on"))
            return False
        return True

    async def _hold(self, message: OutboundMessage) -> bool:
        """Put off what nobody waits for where the bot's month is nearly used up: answers still go."""
        now = self._clock()
        until = await self._database.read(lambda tx: usage.held_until(tx, message.channel, message.bot, now))
        if until is None:
            return False
        await self._outcomes.write(lambda tx: messages.retry(tx, message.id, due_at=until, reason=messages.HELD))
        return True


async def _try(channel: Channel, message: OutboundMessage) -> Sent | SendFailure:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await channel.send(message)
    except TimeoutError:
        return SendFailure(reason="timeout", retryable=True, maybe_sent=True)
    except Exception as error:
        log.exception("channel failed", channel=message.channel, error=type(error).__name__)
        return SendFailure(reason="channel-error", retryable=True, maybe_sent=True)

"""What came of messages that were sent, or could not be: written down many at a time."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.core.channel import SendFailure, Sent
from bot.core.clock import Clock
from bot.core.errors import DatabaseAway
from bot.core.messages import OutboundMessage, SendClass
from bot.services import usage
from bot.storage import claiming, linking, messages, people
from bot.storage.database import Database, T, Transaction

GROWTH = (1, 2, 5, 15, 60, 300)  # seconds before the next try
GIVE_UP_AFTER = timedelta(hours=24)  # as long as Telegram keeps an undelivered update
Noted = asyncio.Future[OutboundMessage | None]
Done = tuple[OutboundMessage, Sent, Noted]  # and who waits until it is written down
AGAIN_SECONDS = 1.0  # until a database that is away is asked again
log = structlog.get_logger(__name__)


class Outcomes:
    """Notes what came of each message of one sender, and claims what waits behind it in the same transaction.

    `behind`: the contacts for which something waits; the sender adds them, who claims takes them out.
    """

    def __init__(self, database: Database, clock: Clock, *, owner: str, behind: set[int]) -> None:
        self.stopping = False  # what cannot be noted is then left
        self._database = database
        self._clock = clock
        self._owner, self._behind = owner, behind
        self._done: deque[Done] = deque()
        self._queued = False  # a flush is handed in and has not begun
        self._flushing: set[asyncio.Task[None]] = set()

    async def note(self, message: OutboundMessage, outcome: Sent | SendFailure) -> OutboundMessage | None:
        """Write down what came of a message; when that is on disk, what follows in its chat, if that is held now."""
        if isinstance(outcome, Sent):
            return await self._note_sent(message, outcome)
        now = self._clock()
        log.warning("not sent", channel=message.channel, reason=outcome.reason, attempt=message.attempts)
        await self.write(lambda tx: note_failure(tx, message, outcome, now))
        return None

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Do it as soon as the database is there: what is forgotten would go out twice."""
        while True:
            try:
                return await self._database.write(work)
            except DatabaseAway:
                if self.stopping:
                    raise
                log.warning("database away", part="sender")
            await asyncio.sleep(AGAIN_SECONDS)

    async def finish(self) -> None:
        """Wait for what is being written."""
        if self._flushing:
            await asyncio.wait(self._flushing)

    async def _note_sent(self, message: OutboundMessage, sent: Sent) -> OutboundMessage | None:
        """Many messages share one commit: what is done until its work begins goes with it.

        The work is handed in at once, so that it stands before whatever the same chat says next.
        """
        noted: Noted = asyncio.get_running_loop().create_future()
        self._done.append((message, sent, noted))
        if not self._queued:
            self._queued = True
            flush = asyncio.create_task(self._flush())
            self._flushing.add(flush)
            flush.add_done_callback(self._flushing.discard)
        return await noted

    async def _flush(self) -> None:
        taken: list[Done] = []
        followed: set[int] = set()
        try:
            following = await self.write(lambda tx: self._mark(tx, taken, followed))
        except BaseException as error:  # noqa: BLE001  told to everybody who waits
            self._take(taken)
            for _, _, noted in taken:
                if not noted.done():
                    noted.set_exception(error)
        else:
            for message, _, noted in taken:
                if not noted.done():
                    noted.set_result(following.get(message.id))

    def _take(self, taken: list[Done]) -> None:
        self._queued = False
        while self._done:
            taken.append(self._done.popleft())

    def _mark(self, tx: Transaction, taken: list[Done], followed: set[int]) -> dict[int, OutboundMessage]:
        """By the message that was sent, what is held now and follows it. On a database thread.

        `taken` and `followed` have something in them when this is the second try.
        """
        self._take(taken)
        now = self._clock()
        calls: Counter[tuple[str, str]] = Counter()
        for message, each, _ in taken:
            calls[message.channel, message.bot] += each.calls
        if taken:
            messages.mark_sent(tx, [(message.id, each.message_ref) for message, each, _ in taken], now)
            usage.count(tx, calls, now)
        following = {}
        for message, _, _ in taken:
            if message.contact in self._behind:
                self._behind.discard(message.contact)
                followed.add(message.id)
            if message.id in followed and (found := claiming.claim_next(tx, message, owner=self._owner, now=now)):
                following[message.id] = found
        return following


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

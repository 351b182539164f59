"""Writing on PostgreSQL: a few threads, a connection each; what arrives while one is busy shares its next commit.

No unit has a savepoint of its own, which would be two more round trips: where one fails, or two transactions wait for
each other, all is undone and each is run again by itself. Work may therefore run more than once before it is done.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.core.errors import DatabaseAway
from bot.storage.database import POSTGRES_WRITERS, Transaction, is_away

T = TypeVar("T")
Work = Callable[[Transaction], T]
Unit = tuple[Work[Any], Future[Any]]

BATCH = 16  # units that may share one transaction: their rows stay locked until its commit
TRIES = 3
_RETRY_STATES = {"40001", "40P01"}  # serialization failure, deadlock: PostgreSQL asks to try again


class PostgresWriter:
    """Units of work in the order in which they came, but for those that several threads do at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, work: Work[T]) -> Future[T]:
        """Hand in; the future is done after the commit."""
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                future.set_exception(DatabaseAway())
                return future
            if len(self._threads) < POSTGRES_WRITERS:
                self._threads.append(threading.Thread(target=self._run, name="writer", daemon=True))
                self._threads[-1].start()
            self._queue.put((work, future))
        return future

    def hand_in(self, work: Work[T]) -> "asyncio.Future[T]":
        """As `submit`, for an event loop."""
        return asyncio.wrap_future(self.submit(work))

    def close(self) -> None:
        """Finish what was handed in."""
        with self._lock:
            self._closed = True
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        connection: Connection | None = None
        last = False
        while not last:
            batch, last = self._take()
            # from here on nobody can take their work back, so that every future waits for its outcome
            batch = [unit for unit in batch if unit[1].set_running_or_notify_cancel()]
            if batch:
                connection = self._do(connection, batch)
        self._queue.put(None)  # the next thread ends too
        _discard(connection)

    def _take(self) -> tuple[list[Unit], bool]:
        batch: list[Unit] = []
        unit = self._queue.get()
        while unit is not None:
            batch.append(unit)
            if len(batch) == BATCH or self._queue.empty():
                return batch, False
            unit = self._queue.get()
        return batch, True

    def _do(self, connection: Connection | None, batch: list[Unit]) -> Connection | None:
        """Every future gets its outcome; the connection to go on with, None after a fault."""
        connection, failure = self._try(connection, batch, used=connection is not None)
        if failure is None:
            return connection
        for number, unit in enumerate(batch):  # nothing of it was committed: again, each by itself
            for _ in range(TRIES - 1):
                connection, failure = self._try(connection, [unit], used=False)
                if failure is None or not _waited_for_each_other(failure):
                    break
            if failure:
                _fail([unit], failure)
            elif connection is None:
                _fail(batch[number + 1 :], DatabaseAway())
                break
        return connection

    def _try(
        self, connection: Connection | None, batch: list[Unit], *, used: bool
    ) -> tuple[Connection | None, Exception | None]:
        """One transaction: the connection to go on with, and why nothing was committed where it may be run again.

        `used`: the connection is of earlier, and may have been lost since.
        """
        asked = False
        try:
            connection = connection or self._engine.connect()
            begun = connection.begin()
            try:
                results = [_result(Transaction(connection), work) for work, _ in batch]
            except BaseException as error:
                if not _is_away(error):
                    begun.rollback()
                raise
            asked = True
            begun.commit()
        except Exception as error:  # noqa: BLE001  every caller of the batch is told
            away = _is_away(error)
            if away or asked:
                _discard(connection)
                connection = None
            if not asked and (used or not away):
                return connection, error
            _fail(batch, error)
        else:
            for (_, future), result in zip(batch, results, strict=True):
                future.set_result(result)
        return connection, None


def _result(tx: Transaction, work: Work[T]) -> T:
    result = work(tx)
    tx.finish()
    return result


def _waited_for_each_other(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _RETRY_STATES


def _is_away(error: BaseException) -> bool:
    return is_away(error) and not _waited_for_each_other(error)


def _discard(connection: Connection | None) -> None:
    if connection is not None:
        connection.invalidate()
        connection.close()


def _fail(batch: list[Unit], error: Exception) -> None:
    for _, future in batch:
        away = DatabaseAway()
        away.__cause__ = error
        future.set_exception(away if is_away(error) else error)

"""SQLite's one writer: work that arrives while a commit waits for the disk shares the next commit (decision 0003)."""

import asyncio
import queue
import threading
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from bot.core.errors import DatabaseAway
from bot.storage.database import T, Transaction, Work, is_away

BATCH = 64  # units of work that may share one fsync

Waiting = asyncio.Future[Any] | Future[Any]  # who waits for the outcome: an event loop, or a thread
Unit = tuple[Work[Any], Waiting]
Outcome = tuple[Waiting, Any, Exception | None]


class SqliteWriter:
    """One thread, one connection. What arrives while a commit waits for the disk shares the next one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[Unit | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, work: Work[T]) -> Future[T]:
        """For threads: what comes of it."""
        future: Future[T] = Future()
        self._put(work, future)
        return future

    def hand_in(self, work: Work[T]) -> asyncio.Future[T]:
        """For an event loop, which is woken once for all that shared a commit."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(work, future)
        return future

    def _put(self, work: Work[Any], future: Waiting) -> None:
        with self._lock:
            if self._closed:
                future.set_exception(DatabaseAway())
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()
            self._queue.put((work, future))

    def close(self) -> None:
        """Finish what was handed in."""
        with self._lock:
            self._closed = True
            self._queue.put(None)
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        connection: Connection | None = None
        while True:
            batch, last = self._take()
            if batch:
                try:
                    batch = [item for item in batch if _begins(item[1])]
                    connection = connection or self._engine.connect()
                    _run_batch(connection, batch)
                except Exception as error:  # noqa: BLE001  every caller of the batch is told
                    _discard(connection)
                    connection = None
                    _fail(batch, error)
            if last:
                _discard(connection)
                return

    def _take(self) -> tuple[list[Unit], bool]:
        batch: list[Unit] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) == BATCH or self._queue.empty():
                return batch, False
            item = self._queue.get()
        return batch, True


def _begins(future: Waiting) -> bool:
    """Whether anybody waits still; from here on nobody can take their work back."""
    return not future.cancelled() if isinstance(future, asyncio.Future) else future.set_running_or_notify_cancel()


def _run_batch(connection: Connection, batch: list[Unit]) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # by SQLAlchemy, so that a session knows it is inside of one
    outcomes: list[Outcome] = []
    for work, future in batch:
        tx = Transaction(connection)
        tx.savepoint("unit")
        try:
            result = work(tx)
            tx.release("unit")
        except Exception as error:  # told to its own caller; the others go on
            if is_away(error):
                raise
            tx.rollback_to("unit")
            outcomes.append((future, None, error))
        else:
            outcomes.append((future, result, None))
    connection.exec_driver_sql("COMMIT")
    connection.rollback()  # SQLAlchemy's own bookkeeping; nothing is open any more
    _tell(outcomes)


def _tell(outcomes: list[Outcome]) -> None:
    """Hand out what came of each: to threads here, to event loops there, with one call for each loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
    for outcome in outcomes:
        if isinstance(outcome[0], asyncio.Future):
            by_loop.setdefault(outcome[0].get_loop(), []).append(outcome)
        else:
            _settle([outcome])
    for loop, theirs in by_loop.items():
        with suppress(RuntimeError):  # it is closed: nobody waits
            loop.call_soon_threadsafe(_settle, theirs)


def _settle(outcomes: list[Outcome]) -> None:
    for future, result, failure in outcomes:
        if future.done():  # cancelled meanwhile
            continue
        if failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)


def _discard(connection: Connection | None) -> None:
    if connection is not None:
        connection.invalidate()
        connection.close()


def _fail(batch: list[Unit], error: Exception) -> None:
    outcomes: list[Outcome] = []
    for _, future in batch:
        away = DatabaseAway()
        away.__cause__ = error
        outcomes.append((future, None, away if isinstance(error, DBAPIError | DatabaseAway) else error))
    _tell(outcomes)

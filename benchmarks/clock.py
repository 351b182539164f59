"""Clocks for what is measured without a platform."""

import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 18, 2, tzinfo=UTC)


class Clock:
    """From a working morning on, so many times as fast as the real one: what is filed is the same in every run."""

    def __init__(self, faster: int = 1) -> None:
        self._started, self._faster = time.perf_counter(), faster

    def __call__(self) -> datetime:
        """Now."""
        return START + timedelta(seconds=self._faster * (time.perf_counter() - self._started))

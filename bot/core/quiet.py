"""When it is decent to send something nobody is waiting for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

QUIET_FROM: Final = time(20, 30)
QUIET_TO: Final = time(7, 0)
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)

Pauses = Sequence[tuple[date, date]]


def next_decent(
    at: datetime,
    tz: ZoneInfo,
    *,
    quiet_from: time = QUIET_FROM,
    quiet_to: time = QUIET_TO,
    pauses: Pauses = (),
) -> datetime:
    """The earliest moment from `at` on, aware UTC, that is in no quiet hour and on no paused day of `tz`.

    Quiet hours run from `quiet_from` up to, not including, `quiet_to`, over midnight when it is later; equal means
    none. Pauses are first and last local days. ValueError for a naive `at`; OverflowError for a pause without end.
    """
    if at.tzinfo is None:
        msg = "naive time"
        raise ValueError(msg)
    now = at.astimezone(UTC)
    while True:
        day = now.astimezone(tz).date()
        if pause := next((pause for pause in pauses if pause[0] <= day <= pause[1]), None):
            after = datetime.combine(pause[1] + _DAY, time.min)
            now = min(moment for moment in _moments(after, tz) if moment > now)  # midnight may come twice
        elif _is_quiet(now.astimezone(tz).time(), quiet_from, quiet_to):
            now = min(moment for moment in _endings(now, tz, quiet_to) if moment > now)
        else:
            return now


def _is_quiet(clock: time, quiet_from: time, quiet_to: time) -> bool:
    if quiet_from <= quiet_to:
        return quiet_from <= clock < quiet_to
    return clock >= quiet_from or clock < quiet_to


def _endings(now: datetime, tz: ZoneInfo, quiet_to: time) -> Iterator[datetime]:
    """Moments at which quiet may end: the clock shows `quiet_to`, today or soon, or is moved by the zone."""
    today = now.astimezone(tz).date()
    for days in range(4):  # one zone once skipped a whole day
        yield from _moments(datetime.combine(today + days * _DAY, quiet_to), tz)
    if moved := _clock_change(now, now + _DAY, tz):
        yield moved


def _moments(local: datetime, tz: ZoneInfo) -> Iterator[datetime]:
    """When a local clock shows that time: once, twice, or, where the zone skips it, the moment of the skip."""
    early, late = sorted(local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(tz).replace(tzinfo=None) == local:
        yield early
        yield late
    else:
        yield _clock_change(early, late, tz) or late


def _clock_change(start: datetime, end: datetime, tz: ZoneInfo) -> datetime | None:
    """The second after `start`, up to `end`, at which the zone's offset is another than at `start`, if any."""
    before = start.astimezone(tz).utcoffset()
    if end.astimezone(tz).utcoffset() == before:
        return None
    low, high = start.replace(microsecond=0), end
    while high - low > _SECOND:
        middle = low + (high - low) // (2 * _SECOND) * _SECOND if high - low >= 2 * _SECOND else low + _SECOND
        low, high = (middle, high) if middle.astimezone(tz).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)

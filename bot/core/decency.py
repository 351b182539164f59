"""When a reminder may go out: a person's quiet hours and weekends, a team's pauses, the Tết break."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.core.quiet import QUIET_FROM, QUIET_TO, next_decent
from bot.core.tet import in_break

NIGHT, WEEKEND, TET = "night", "weekend", "tet"
PAUSE: Final = "pause:"  # and why: "pause:storm"
_RANK: Final = (NIGHT, WEEKEND, TET, PAUSE)  # of several reasons the last one is told
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When one person is left alone. Pauses are (first day, last day, why)."""

    quiet_from: time = QUIET_FROM
    quiet_to: time = QUIET_TO
    weekends: bool = True  # reminders may come on Saturday and Sunday
    pauses: tuple[tuple[date, date, str], ...] = ()
    tet: bool = True  # the break is kept

    def urgent(self) -> "Hours":
        """For what cannot wait: only the quiet hours hold."""
        return Hours(quiet_from=self.quiet_from, quiet_to=self.quiet_to, tet=False)


DEFAULT: Final = Hours()


def decent(at: datetime, zone: ZoneInfo, hours: Hours = DEFAULT) -> tuple[datetime, str]:
    """(the earliest decent moment from `at` on, aware UTC; why it is not `at` itself, empty when it is)."""
    why = ""
    moment = next_decent(at, zone, quiet_from=hours.quiet_from, quiet_to=hours.quiet_to)
    if moment > at:
        why = NIGHT
    while day := _free_day(moment.astimezone(zone).date(), hours):
        first, last, reason = day
        why = max(why, reason, key=_rank)
        moment = next_decent(
            moment, zone, quiet_from=hours.quiet_from, quiet_to=hours.quiet_to, pauses=((first, last),)
        )
    return moment, why


def _free_day(day: date, hours: Hours) -> tuple[date, date, str] | None:
    """The days off that this day belongs to, and why."""
    for first, last, reason in hours.pauses:
        if first <= day <= last:
            return first, last, f"{PAUSE}{reason}"
    if hours.tet and (found := in_break(day)):
        return *found, TET
    if not hours.weekends and day.weekday() >= _SATURDAY:
        saturday = day - timedelta(days=day.weekday() - _SATURDAY)
        return saturday, saturday + _DAY, WEEKEND
    return None


def _rank(reason: str) -> int:
    return next((number for number, name in enumerate(_RANK, 1) if reason.startswith(name)), 0)

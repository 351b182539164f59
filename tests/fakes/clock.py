"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = "2026-11-18 09:00"  # a Wednesday


class SettableClock:
    """What the program asks for the time; see bot.core.clock.Clock."""

    def __init__(self, local: str = START) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self.set(local)

    def __call__(self) -> datetime:
        return self.now

    def set(self, local: str) -> None:
        """Set the time to "2026-11-18 09:00" as people in Vietnam read it."""
        self.now = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)

    def move(self, by: timedelta) -> None:
        """Let time go by."""
        self.now += by

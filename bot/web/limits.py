"""How fast one browser, and one address, may post. What is too fast is to be sent again; nothing of it is lost."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from math import ceil
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

KNOWN: Final = 20_000  # buckets that are remembered; the one used longest ago goes first


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` at once, and then one `each`."""

    burst: int
    each: timedelta


SESSION: Final = Rate(30, timedelta(seconds=1))  # less than bot/fairness.py lets a chat say: a page may send again
ADDRESS: Final = Rate(300, timedelta(seconds=0.1))  # a school or a commune's office behind one address
KEYS: Final = Rate(20, timedelta(seconds=3))  # secrets and codes tried from one address


class Buckets:
    """Token buckets by name: how many are left, and when that was."""

    def __init__(self, rate: Rate, clock: Callable[[], datetime]) -> None:
        self._rate, self._clock = rate, clock
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def wait(self, name: str) -> int:
        """Take one; 0, or the seconds until there is one again, and then nothing is taken."""
        now = self._clock()
        left, since = self._left.pop(name, (float(self._rate.burst), now))
        left = min(float(self._rate.burst), left + max(timedelta(0), now - since) / self._rate.each)
        taken = left >= 1
        self._left[name] = (left - 1 if taken else left, now)
        if len(self._left) > KNOWN:
            self._left.popitem(last=False)
        return 0 if taken else ceil((1 - left) * self._rate.each.total_seconds())


class Limits:
    """The buckets of one site."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._sessions, self._addresses = Buckets(SESSION, clock), Buckets(ADDRESS, clock)
        self._keys = Buckets(KEYS, clock)

    def refuse(self, request: Request, session: str = "") -> Response | None:
        """429 with the seconds to wait when this browser or this address posts too fast."""
        wait = max(self._sessions.wait(session) if session else 0, _of(request, self._addresses))
        return _slower(wait) if wait else None

    def refuse_tries(self, request: Request) -> Response | None:
        """The same for secrets and codes that somebody tries."""
        wait = _of(request, self._keys)
        return _slower(wait) if wait else None


def _of(request: Request, buckets: Buckets) -> int:
    """A proxy that does not say whom it speaks for is this machine, or nobody: it speaks for everybody."""
    address = request.client.host if request.client else ""
    return 0 if _is_here(address) else buckets.wait(_net(address))


def _net(address: str) -> str:
    """An IPv4 address, or the /64 of an IPv6 address: that is one customer."""
    found = ip_address(address)
    return address if found.version == 4 else found.exploded[:19]  # noqa: PLR2004


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return True


def _slower(wait: int) -> Response:
    return PlainTextResponse("too fast", 429, headers={"retry-after": str(wait), "cache-control": "no-store"})

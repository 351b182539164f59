"""Under which names the site answers: a page of somebody else's name must not speak to it (DNS rebinding)."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OPEN: Final = "/health"  # answered whatever it is called: whoever balances load asks by address
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MISDIRECTED: Final = 421

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names that are ours, and whether any address in digits is too."""

    names: frozenset[str]
    digits: bool


def our_hosts(public_url: str, host: str) -> Hosts:
    """The names the site answers to: PUBLIC_URL's, HOST where it is one, and this machine's own.

    A proxy of this machine that does not pass the name on asks for 127.0.0.1; no foreign page can be called that.
    Without PUBLIC_URL any address in digits is ours too: a phone on the same net.
    """
    public = urlsplit(public_url).hostname or ""
    return Hosts(frozenset({name.lower() for name in (public, host) if name} | LOOPBACK), digits=not public_url)


class OnlyOurHosts:
    """Refuses requests to any other name."""

    def __init__(self, app: ASGIApp, *, hosts: Hosts) -> None:
        self._app, self._hosts = app, hosts
        self._told = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 421."""
        if scope["type"] != "http" or scope["path"] == OPEN or self._is_ours(scope):
            await self._app(scope, receive, send)
            return
        if not self._told:
            self._told = True
            log.warning("a request under a foreign name was refused; the proxy must pass Host on, see PUBLIC_URL")
        await PlainTextResponse("This address is not served here.", MISDIRECTED)(scope, receive, send)

    def _is_ours(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1:
            return False
        name = _name(given[0].decode("latin-1"))
        return name in self._hosts.names or (self._hosts.digits and _is_address(name))


def _name(host: str) -> str:
    """The name in a Host header, without its port; empty for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".") if not set(host) & set("@/?#\\") else ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True

"""What the stand-ins of the platforms share: a server in the test's own event loop, and what can go wrong with it."""

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from aiohttp import web

Json = dict[str, Any]


@dataclass
class Fault:
    """Something that goes wrong with the next calls of a method."""

    kind: str
    method: str
    times: int
    code: int
    description: str
    retry_after: int
    skip: int

    def meets(self, method: str) -> bool:
        """Whether this call goes wrong; counts."""
        if not self.times or self.method not in ("*", method):
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class StandIn:
    """A platform's server. `calls` holds what was carried out or refused, `violations` what no correct bot does."""

    http_method: ClassVar[str] = "*"
    faults: ClassVar[tuple[str, ...]]
    trouble: ClassVar[str] = ""  # what an error says where the test does not

    def __init__(self) -> None:
        self.url = ""
        self.calls: list[tuple[str, Json]] = []  # getUpdates stands in `polls`
        self.polls: list[Json] = []
        self.violations: list[str] = []
        self.changed = asyncio.Event()
        self._faults: list[Fault] = []
        self._closed = False

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 << 20)
        app.router.add_route(self.http_method, "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closed = True
        self.wake()
        await self._runner.cleanup()

    def fault(  # a line of defaults a test
        self,
        kind: str,
        method: str = "*",
        *,
        times: int = 1,
        code: int = 500,
        description: str = "",
        retry_after: int = 1,
        skip: int = 0,
    ) -> None:
        """After `skip` calls of the method (any method: "*") the next `times` go wrong; see FAULTS."""
        assert kind in self.faults, kind
        self._faults.append(Fault(kind, method, times, code, description or self.trouble, retry_after, skip))

    def called(self, method: str) -> list[Json]:
        """The parameters of every call of that method, in order."""
        return [params for name, params in self.calls if name == method]

    def wake(self) -> None:
        """Let everybody who waits look again."""
        self.changed.set()
        self.changed = asyncio.Event()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        raise NotImplementedError

    def _next_fault(self, method: str) -> Fault | None:
        return next((fault for fault in self._faults if fault.meets(method)), None)

    async def _hang(self) -> None:
        while not self._closed:
            await self.changed.wait()


def spoil(fault: Fault | None, request: web.Request, response: web.Response) -> web.Response:
    """The answer to a call that was carried out, lost or halved where that is the fault."""
    if fault and fault.kind == "drop_after":
        cut(request)
    if fault and fault.kind == "truncated":
        assert isinstance(response.body, bytes)
        response.body = response.body[: len(response.body) // 2]
    return response


def cut(request: web.Request) -> None:
    """Cut the connection."""
    if request.transport:
        request.transport.abort()

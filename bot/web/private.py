"""What only the operator's own machines may ask: readiness and metrics; off the public address."""

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Final, Protocol

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

FORWARDED: Final = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"  # of Prometheus' text format

log = structlog.get_logger(__name__)

Answer = Callable[[Request], Awaitable[Response]]


class Watch(Protocol):
    """What a watching program may ask."""

    async def ready(self) -> bool:
        """Whether work can be done."""
        ...

    async def metrics(self) -> bytes:
        """The metrics of this moment."""
        ...


def private_app(watch: Watch) -> Starlette:
    """For an address that only the operator reaches (METRICS_HOST, METRICS_PORT)."""
    return Starlette(routes=[Route(path, answer) for path, answer in _answers(watch).items()])


def local_routes(watch: Watch) -> list[Route]:
    """The same on the web's own port where nothing is public: to this machine, never through a proxy."""
    return [Route(path, _local(answer)) for path, answer in _answers(watch).items()]


async def run_private(watch: Watch, *, host: str, port: int, stop: asyncio.Event) -> None:
    """Answer there until told to stop. SetupFault when the port is taken."""
    from bot.web.server import run_app  # noqa: PLC0415  uvicorn only where something is served

    def listening(url: str) -> None:
        log.info("metrics", at=url)

    await run_app(private_app(watch), host=host, port=port, stop=stop, listening=listening, setting="METRICS_PORT")


def _answers(watch: Watch) -> dict[str, Answer]:
    async def ready(_: Request) -> Response:
        return PlainTextResponse("ready") if await watch.ready() else PlainTextResponse("not ready", 503)

    async def metrics(_: Request) -> Response:
        return Response(await watch.metrics(), headers={"content-type": TYPE})

    return {"/ready": ready, "/metrics": metrics}


def _local(answer: Answer) -> Answer:
    async def guarded(request: Request) -> Response:
        return await answer(request) if _is_local(request) else PlainTextResponse("Not Found", 404)

    return guarded


def _is_local(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False

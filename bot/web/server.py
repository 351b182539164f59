"""The web server of one process."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from bot.core.errors import SetupFault

STOP_SECONDS = 5  # open pages reconnect by themselves


async def run_app(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    stop: asyncio.Event,
    listening: Callable[[str], None],
    closing: Callable[[], None] = lambda: None,
    setting: str = "PORT",
) -> None:
    """Serve until told to stop; then end open streams by `closing` and finish the requests under way.

    `listening` is told the address. SetupFault when the port is taken.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )
    server = _Server(config)
    serving = asyncio.create_task(_serve(server, host, port, setting))
    starting = asyncio.create_task(server.listening.wait())
    await asyncio.wait({serving, starting}, return_when=asyncio.FIRST_COMPLETED)
    starting.cancel()
    if not serving.done():
        bound = server.servers[0].sockets[0].getsockname()[1]
        listening(f"http://{host}:{bound}/")
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        closing()
        server.should_exit = True
    await serving


async def _serve(server: "_Server", host: str, port: int, setting: str) -> None:
    try:
        await server.serve()
    except SystemExit:
        msg = f"Port {port} on {host} is taken or not allowed. Set {setting} to another number."
        raise SetupFault(msg) from None


class _Server(uvicorn.Server):
    """Signals belong to the program, not to one of its parts; it says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

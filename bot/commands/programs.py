"""The programs: what serves until it is told to stop, and the dialogue in the terminal."""

import asyncio
import gc
import signal
import sys
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TextIO

from bot import logs
from bot.app import Parts, Program, build, with_platforms
from bot.app import serve as serve_parts
from bot.commands.settings import read_settings
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.core.messages import InboundMessage

SWITCH = 0.001  # seconds a thread may keep the interpreter while the event loop wants it; Python's own are five
COLLECT = (700, 10, 10)  # Python's own: from here on a collection is small, and late ones would stop the loop


def program(*, create: bool = False) -> Program:
    """The program of the settings, Telegram included."""
    gc.freeze()  # the modules: the collection before it serves need not look through them
    settings = read_settings()
    logs.set_up(settings.log_level)
    built = build(settings, create=create)
    with_platforms(built)
    return built


def demo_program() -> AbstractContextManager[Program]:
    """The program on the made-up commune."""
    from bot import demo  # noqa: PLC0415  only the demo pays for it

    settings = read_settings()
    logs.set_up(settings.log_level)
    return demo.program(settings, system_clock)


def serve(
    built: Program, *, web: bool = True, sender: bool = True, scheduler: bool = True, label: str = "Từng Ngõ"
) -> None:
    """Run until SIGTERM or Ctrl-C."""

    def listening(url: str) -> None:
        built.reached_at(url)
        print(f"{label}: {url}", flush=True)

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, stop.set)
        parts = Parts(web=web, sender=sender, scheduler=scheduler)
        gc.collect()
        gc.freeze()  # modules and content live as long as the program: looking through them again stops the loop
        gc.set_threshold(*COLLECT)
        sys.setswitchinterval(SWITCH)
        await serve_parts(built, parts, stop=stop, listening=listening)

    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(run())
    except* SetupFault as faults:
        raise faults.exceptions[0] from None
    finally:
        built.close()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop where there is one."""
    if sys.platform == "win32":
        return None
    import uvloop  # noqa: PLC0415  there is none for Windows

    return uvloop.new_event_loop


async def chat(persona: str, lines: TextIO) -> None:
    """The dialogue in the terminal, on the demo's commune."""
    from bot import demo  # noqa: PLC0415
    from bot.channels.console import ConsoleChannel  # noqa: PLC0415

    logs.set_up("ERROR")
    with demo.program(read_settings(), system_clock) as built:
        built.extra = (ConsoleChannel(lambda text: print(f"\n{text}\n", flush=True)),)
        chat_id = built.database.write_now(lambda tx: demo.add_console(tx, persona, built, system_clock()))
        sender = built.sender()
        receiver = built.receiver(sender)
        said = "/start"
        while said:
            message = InboundMessage(channel="console", chat=chat_id, external_id=uuid.uuid4().hex, text=said)
            await receiver.receive(message)
            await sender.finish()
            print("> ", end="", flush=True)
            said = await asyncio.to_thread(lines.readline)

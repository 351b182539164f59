"""What the commands for editors do: check at every save, look at a lesson, write a text for the loudspeaker."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterable, Callable, Iterable
from contextlib import suppress
from pathlib import Path

from bot import content_reload, library, logs, words
from bot.app import Program
from bot.commands import preview as lesson_preview
from bot.commands.settings import read_settings
from bot.core.clock import system_clock
from bot.core.errors import KnownError, SetupFault
from bot.core.messages import OutboundMessage
from bot.services import loudspeaker
from bot.web.preview import Preview

DEBOUNCE = 400  # milliseconds in which an editor's several writes are one save
AGAIN = "─" * 60


def check_content() -> int:
    """Print every fault of the content; 1 when there is any."""
    settings = read_settings()
    read, faults = library.read(settings.content_dir)
    faults = sorted([*faults, *words.missing(settings.content_dir, Path(__file__).resolve().parents[2])])
    if faults:
        print(library.report(faults))
        return 1
    print(f"Không có lỗi: {len(read.facts)} dữ kiện, {len(read.lessons)} bài, {len(read.dates)} ngày.")
    return 0


def watch(check: Callable[[], int] = check_content, changes: Iterable[object] | None = None) -> None:
    """Check now and at every save, until Ctrl-C; the faults are printed anew each time."""
    folder = read_settings().content_dir
    if changes is None:
        import watchfiles  # noqa: PLC0415  only who watches pays for it

        changes = watchfiles.watch(folder, debounce=DEBOUNCE)
    check()
    print(f"Đang theo dõi {folder}. Lưu tệp là kiểm tra lại; Ctrl-C để dừng.", flush=True)
    with suppress(KeyboardInterrupt):
        for _ in changes:
            print(AGAIN)
            check()
            sys.stdout.flush()


def preview(name: str, *, web: bool, listening: Callable[[str], None] = print) -> None:
    """Show the cards of a lesson here, or on a page of this computer that follows every save."""
    settings = read_settings()
    logs.set_up("ERROR")
    with lesson_preview.program(settings, system_clock) as built:
        if name not in built.library.lessons:
            msg = f"There is no lesson {name}. There are: {', '.join(built.library.lessons)}."
            raise SetupFault(msg)
        if web:
            asyncio.run(_serve(built, name, port=settings.port, listening=listening))
        else:
            print(lesson_preview.for_terminal(lesson_preview.cards(built, name)))


async def _serve(built: Program, name: str, *, port: int, listening: Callable[[str], None]) -> None:
    from bot.web import preview as page  # noqa: PLC0415  as uvicorn below: only where pages are served
    from bot.web.server import run_app  # noqa: PLC0415

    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    shown = page.Preview(messages=lambda: messages(built, name), picture=built.media_bytes)
    folder = built.settings.content_dir
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(follow(built, shown, content_reload.watched(folder, stop)))
        app = page.build(shown)
        await run_app(app, host="127.0.0.1", port=port, stop=stop, listening=listening, closing=shown.close)


async def follow(built: Program, shown: Preview, changes: AsyncIterable[object]) -> None:
    """Take over every save that has no faults, and tell the open pages."""
    async for _ in changes:
        faults = await asyncio.to_thread(content_reload.take_over, built, built.settings.content_dir)
        shown.changed(str(faults[0]) if faults else "")


def messages(built: Program, name: str) -> list[OutboundMessage]:
    """The cards as messages of a chat; none while the lesson is gone."""
    if name not in built.library.lessons:
        return []
    return [
        OutboundMessage(id=number, channel="web", bot="", chat="", reply=card.reply, created_at=built.clock())
        for number, card in enumerate(lesson_preview.cards(built, name), 1)
    ]


def script(name: str, out: Path | None) -> int:
    """Print or write the text for the loudspeaker; 1 when that lesson or fact must not be read out."""
    settings = read_settings()
    loaded = library.load(settings.content_dir)
    words = loaded.words["vi"]
    today = system_clock().astimezone(settings.zone).date()
    try:
        made = loudspeaker.make(loaded, name, today=today)
    except KnownError as refused:
        print(words.say(refused.say, **refused.values), file=sys.stderr)
        return 1
    if out:
        out.write_text(made.text + "\n", "utf-8")
        print(f"{out}: khoảng {made.seconds} giây, {made.syllables} tiếng.")
    else:
        print(made.text)
        print(f"({made.seconds} giây, {made.syllables} tiếng)", file=sys.stderr)
    return 0

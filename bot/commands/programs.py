"""What the commands of the command line do."""

import asyncio
import gc
import signal
import sys
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from bot import library, logs, words
from bot.app import Parts, Program, build, with_platforms
from bot.app import serve as serve_parts
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.core.messages import InboundMessage
from bot.core.splitting import shorten
from bot.secret import keyring
from bot.services import answers
from bot.services.ingestion import ingest as ingesting
from bot.services.personal_data import key_rotation
from bot.settings import Settings
from bot.storage import schema

COLLECT = (700, 10, 10)  # Python's own: from here on a collection is small, and late ones would stop the loop
LINE = 80  # characters of a passage shown to the operator


def read_settings() -> Settings:
    """The settings. SetupFault naming the one that is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(str(fault["loc"][0]).upper() for fault in error.errors())
        msg = f"These settings cannot be used: {names}. See 'tungngo settings' for what each takes."
        raise SetupFault(msg) from None


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


def ingest(files: Sequence[Path], *, dry_run: bool) -> int:
    """Read, show and store documents; the number of files that could not be read, at most 1."""
    database = None if dry_run else open_database()
    faults = 0
    for path in files:
        found = ingesting.read(path)
        if found.article is None:
            faults = 1
            print(f"✗ {found.name}: {found.fault}")
            continue
        article = found.article
        print(f"✓ {found.name}: {article.title}")
        print(f"  ngày: {article.date or 'không rõ'} ({article.date_basis}); nguồn: {article.source or 'không ghi'}")
        for dropped in article.dropped:
            print(f"  bỏ dòng {dropped.line} ({dropped.reason}): {dropped.text}")
        for passage in article.passages:
            print(f"  giữ dòng {passage.line}: {shorten(passage.text, LINE)}")
        if database:
            new = database.write_now(lambda tx, found=found: ingesting.store(tx, found, system_clock()))
            print(f"  {len(article.passages)} đoạn, {new} đoạn mới")
    if database:
        database.close()
    return faults


@dataclass(frozen=True, slots=True)
class Printed:
    """One answer as `tungngo ask` prints it."""

    text: str
    source: str
    as_of: str
    kind: str
    score: float

    def as_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return asdict(self)


def open_search() -> Callable[..., list[Printed]]:
    """A function (question, top, rank) -> answers, over the content and, where there is a database, its documents."""
    settings = read_settings()
    loaded = library.load(settings.content_dir)
    passages: list[Any] = []
    if settings.database_url or (settings.data_dir / "tungngo.db").is_file():
        database = open_database()
        passages = database.read_now(answers.stored_passages)
        database.close()
    index = answers.build_index(loaded, passages)

    def search(question: str, *, top: int = 1, rank: bool = False) -> list[Printed]:
        hits = index.search(question, top)
        if not rank:
            verdict = index.verdict(question)
            hits = [] if verdict.outcome == "refuse" else list(dict.fromkeys((*verdict.hits, *hits)))
        return [Printed(**asdict(answers.found(loaded, hit))) for hit in hits[:top]]

    return search


def print_answers(found: Sequence[Printed]) -> None:
    """For reading by people."""
    if not found:
        print("Không có trong tài liệu.")
    for each in found:
        print(f"{each.text}\nTính đến: {each.as_of}. Nguồn: {each.source}.")


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


def upgrade() -> None:
    """Make the database or bring it up to date."""
    settings = read_settings()
    schema.upgrade(settings.database)
    today = system_clock().astimezone(settings.zone).date()
    key_rotation.opened(settings.database, keyring(settings), seal=today).close()
    print("Cơ sở dữ liệu đã sẵn sàng.")


def settings_table() -> str:
    """A Markdown table of every setting."""
    rows = [
        f"| `{name.upper()}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(("| setting | default | meaning |", "|---|---|---|", *rows))


def _default(field: FieldInfo) -> str:
    default = field.default
    if isinstance(default, Path) and default.is_absolute():
        return "the program's own"
    text = default.get_secret_value() if hasattr(default, "get_secret_value") else str(default)
    return f"`{text}`" if text else ""


def open_database() -> Any:
    """The database of the settings; SetupFault unless it is of this program's version."""
    settings = read_settings()
    logs.set_up(settings.log_level)
    schema.check(settings.database)
    return key_rotation.opened(settings.database, keyring(settings))

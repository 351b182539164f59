"""What `tungngo lesson` does."""

from contextlib import closing
from pathlib import Path

from bot import library
from bot.commands.settings import open_database, read_settings
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.services import invitations, learning
from bot.services.files import lesson_sheet


def sheet(lesson: str, out: Path) -> None:
    """Write the lesson as a PDF to print. SetupFault for a lesson that is none, or a file that cannot be written."""
    settings = read_settings()
    content = library.load(settings.content_dir)
    found = next((name for name in content.lessons if name.lower() == lesson.lower()), None)
    if found is None:
        msg = f"There is no lesson {lesson}. Known are {', '.join(content.lessons)}."
        raise SetupFault(msg)
    order = lesson_sheet.Order(lesson=found, link=_link(found, settings.public_url), locale=settings.default_locale)
    try:
        out.write_bytes(lesson_sheet.make(content, order, at=system_clock()))
    except OSError as error:
        msg = f"The file {out} cannot be written ({error.strerror})."
        raise SetupFault(msg) from None
    print(f"Bài {found} đã ghi vào {out}.")
    if not order.link:
        print("Chưa có PUBLIC_URL và chưa chạy trên Telegram, nên tờ giấy không có mã để quét.")


def _link(lesson: str, public_url: str) -> str:
    """The address to scan; empty when neither our page nor our bot on Telegram is known. An editor has no database."""
    try:
        with closing(open_database()) as database:
            links = database.read_now(lambda tx: invitations.links(tx, learning.link_code(lesson), public_url))
    except SetupFault:
        links = {"web": f"{public_url}/?start={learning.link_code(lesson)}"} if public_url else {}
    return next(iter(links.values()), "")

"""A reply as plain text: for channels without buttons, and for tests."""

from collections.abc import Callable

from bot.core.markup import plain
from bot.core.messages import Reply, numbered


def as_text(reply: Reply, media_url: Callable[[str], str] | None = None, *, seen: bool = False) -> str:
    """The text, choices as numbered lines, the words that may be typed, hint, links; `media_url` gives a file's own.

    `seen`: the picture stands beside it, and needs no words.
    """
    lines = [plain(reply.text)]
    if reply.picture_alt and not seen:
        lines.append(f"[{reply.picture_alt}]")
    lines += [f"{n}. {choice.label}" for n, choice in enumerate(numbered(reply.choices), 1)]
    if words := [choice.label.lower() for choice in reply.choices if not choice.numbered]:
        lines.append(" · ".join(words))
    if reply.hint:
        lines.append(reply.hint)
    if reply.link:
        lines.append(reply.link)
    if reply.file and media_url:
        lines.append(f"{reply.file_name}: {media_url(reply.file)}")
    return "\n".join(lines)

"""A reply as plain text: for channels without buttons, and for tests."""

from collections.abc import Callable

from bot.core.markup import plain
from bot.core.messages import Reply, numbered


def as_text(reply: Reply, media_url: Callable[[str], str] | None = None) -> str:
    """The text, its choices as numbered lines, the words that may be typed, links; `media_url` gives a file's own."""
    lines = [plain(reply.text)]
    lines += [f"{n}. {choice.label}" for n, choice in enumerate(numbered(reply.choices), 1)]
    if words := [choice.label.lower() for choice in reply.choices if not choice.numbered]:
        lines.append(" · ".join(words))
    if reply.link:
        lines.append(reply.link)
    if reply.file and media_url:
        lines.append(f"{reply.file_name}: {media_url(reply.file)}")
    return "\n".join(lines)

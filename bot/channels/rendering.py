"""A reply as plain text: for channels without buttons, and for tests."""

from bot.core.markup import plain
from bot.core.messages import Reply, numbered


def as_text(reply: Reply) -> str:
    """The text, its choices as numbered lines, and the words that may be typed."""
    lines = [plain(reply.text)]
    lines += [f"{n}. {choice.label}" for n, choice in enumerate(numbered(reply.choices), 1)]
    if words := [choice.label.lower() for choice in reply.choices if not choice.numbered]:
        lines.append(" · ".join(words))
    if reply.link:
        lines.append(reply.link)
    return "\n".join(lines)

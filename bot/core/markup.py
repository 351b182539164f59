"""The only markup there is, **bold**: as plain text, as HTML, and kept out of what people type."""

import re
from html import escape

# Inside one line, without asterisks, no blank at its edges: so nothing typed by chance is bold.
BOLD = re.compile(r"\*\*(?![ \t])([^*\n]+)(?<![ \t])\*\*")
_RUN = re.compile(r"\*{2,}")
_HARMLESS = "\u2217"  # an asterisk to the eye


def plain(text: str) -> str:
    """The text without its bold marks, for channels that cannot show them."""
    return BOLD.sub(r"\1", text)


def html(text: str) -> str:
    """The text as HTML: everything escaped, quotes too, bold as <b>. Nothing else is ever a tag."""
    return BOLD.sub(r"<b>\1</b>", escape(text, quote=True))


def guard(text: str) -> str:
    """Text typed by people, safe to put into ours: no "**" is left in it, a single "*" stays as it was typed."""
    return _RUN.sub(lambda run: _HARMLESS * len(run[0]), text)

"""What the bot says in one language: the catalogues editors translate, and what is missing in them."""

import ast
import gettext
import re
import string
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from bot.content.files import Fault
from bot.content.limits import TEXT_LIMIT, units
from bot.core import days, numbers
from bot.core.content import Bilingual

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

SOURCE_LOCALE = "en"  # the language of the message ids
CATALOGUES = "locales/*/LC_MESSAGES/messages.po"
FIRST = "locales/vi/LC_MESSAGES/messages.po"  # the one that must be there
FOLDERS = ("bot", "handlers", "scheduler")  # where words are said
KEYWORDS = {  # say and count are Turn's
    **dict.fromkeys(("_", "N_", "gettext", "say")),
    **dict.fromkeys(("ngettext", "count", "say_many"), (1, 2)),
}
# what Babel raises on text that is no catalogue
_UNREADABLE = (ValueError, TypeError, LookupError, AssertionError, AttributeError)


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words. English is the message ids themselves."""

    locale: str
    messages: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    plural_form: Callable[[int], int] = field(default=lambda count: int(count != 1))

    def gettext(self, msgid: str) -> str:
        """The message in this language; the id when it is not translated."""
        return self.messages.get(msgid, msgid)

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The message for that count in this language."""
        forms = self.plurals.get((one, many), (one, many))
        index = self.plural_form(n) if (one, many) in self.plurals else int(n != 1)
        return forms[min(index, len(forms) - 1)]

    def say(self, msgid: str, /, **values: object) -> str:
        """The sentence in this language, its placeholders filled as people read them."""
        text = self.gettext(msgid)
        return text.format(**{name: self.show(value) for name, value in values.items()}) if values else text

    def say_many(self, one: str, many: str, n: int, /, **values: object) -> str:
        """The sentence in its right number; {n} is the number as people write it."""
        shown = {name: self.show(value) for name, value in values.items()}
        return self.ngettext(one, many, n).format(n=self.number(n), **shown)

    def show(self, value: object) -> str:
        """A value as people read it: content in this language, days as dd/mm/yyyy, numbers with their marks."""
        match value:
            case Bilingual():
                return value.in_locale(self.locale)
            case date():
                return self.day(value)
            case int():
                return self.number(value)
        return str(value)

    def number(self, number: int) -> str:
        """A whole number as it is written: "55.250.000", English "55,250,000"."""
        return numbers.format_number(number, self.locale)

    def decimal(self, number: float | Decimal, *, places: int = 2) -> str:
        """A number with decimals: "55,25", English "55.25"."""
        return numbers.format_decimal(number, self.locale, places=places)

    def percent(self, share: float | Decimal, *, places: int = 1) -> str:
        """A share of one: "18,3 %", English "18.3%"."""
        return numbers.format_percent(share, self.locale, places=places)

    def day(self, day: date) -> str:
        """A day as "10/10/2027", in every language."""
        return days.format_day(day)

    def day_long(self, day: date) -> str:
        """A day with its weekday: "Chủ nhật 10/10/2027", "Sunday 10/10/2027"."""
        return days.format_day_long(day, self.locale)


def read_catalogue(file: str, text: str, locale: str) -> "tuple[Catalog | None, list[Fault]]":
    """The catalogue in a .po file's text, or the line at which it cannot be read."""
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415  only who reads a catalogue pays for Babel

    try:
        return read_po(iter(text.split("\n")), locale=locale, abort_invalid=True), []
    except PoFileError as error:
        return None, [Fault(file, error.lineno + 1, f"This line does not belong here. {_PO_LINES}")]
    except _UNREADABLE:
        return None, [Fault(file, 1, f"This is no list of translations. {_PO_LINES}")]


_PO_LINES = 'Every message is a line msgid "…" and a line msgstr "…".'


def words_of(catalogue: "Catalog", locale: str) -> Words:
    """The translations that are done; the others stay English."""
    messages: dict[str, str] = {}
    plurals: dict[tuple[str, str], Sequence[str]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy or not all(_forms(message.string)):
            continue
        if isinstance(message.id, str):
            messages[message.id] = str(message.string)
        else:
            plurals[message.id[0], message.id[1]] = _forms(message.string)
    return Words(locale, messages, plurals, gettext.c2py(catalogue.plural_expr))


def _forms(text: "str | Sequence[str] | None") -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


# What the check finds: `sources` is the folder that holds bot/ and handlers/


def missing(folder: Path, sources: Path) -> list[Fault]:
    """Messages without a translation, translations nobody says any more, and those that do not fit their message.

    Nothing about missing and unused messages when the program's own sources are not there.
    """
    said = _said(sources) if (sources / "handlers").is_dir() else None
    faults: list[Fault] = []
    for file in [path.relative_to(folder).as_posix() for path in sorted(folder.glob(CATALOGUES))] or [FIRST]:
        path = folder / file
        text = path.read_text("utf-8-sig", errors="replace") if path.is_file() else ""
        catalogue, _ = read_catalogue(file, text, locale_of(path))
        if catalogue is None:
            continue  # library.read has told of it
        known = {_forms(message.id): message for message in catalogue if message.id}
        for message in known.values():
            faults += [Fault(file, message.lineno or 1, found) for found in _message(message)]
        faults += _twice(file, text)
        if said is not None:
            faults += _compare(file, said, known)
    return sorted(faults)


def _twice(file: str, text: str) -> list[Fault]:
    """Messages that stand there a second time: only one of the two translations would be used."""
    faults: list[Fault] = []
    first: dict[str, int] = {}
    for found in _MSGID.finditer(text):
        message, line = found[1].strip(), text.count("\n", 0, found.start()) + 1
        if message in first:
            fault = f"{message.splitlines()[0]} stands in line {first[message]} already. Keep one of the two."
            faults.append(Fault(file, line, fault))
        first.setdefault(message, line)
    return faults


_MSGID = re.compile(r"^msgid (.*?)(?=^msgstr)", re.MULTILINE | re.DOTALL)


def locale_of(catalogue: Path) -> str:
    """The language of a catalogue, as its folder is named."""
    return catalogue.parent.parent.name


Key = tuple[str, ...]


def _said(sources: Path) -> dict[Key, tuple[str, int]]:
    """Every message of the program, with the first place that says it."""
    from babel.messages.extract import extract_from_file  # noqa: PLC0415  only the check pays for Babel

    said: dict[Key, tuple[str, int]] = {}
    for name in FOLDERS:
        for path in sorted((sources / name).rglob("*.py")):
            for key, line in _said_in_python(path.read_text("utf-8")):
                said.setdefault(key, (path.relative_to(sources).as_posix(), line))
        for path in sorted((sources / name).rglob("templates/**/*.html")):
            for line, message, _, _ in extract_from_file("jinja2.ext:babel_extract", path, keywords=KEYWORDS):
                said.setdefault(_forms(message), (path.relative_to(sources).as_posix(), line))
    return said


def _said_in_python(code: str) -> Iterator[tuple[Key, int]]:
    """Like Babel's extractor, which stumbles over `data.count(b"…")` and sees no `_("a" if late else "b")`."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            wanted = len(KEYWORDS.get(name) or [1]) if name in KEYWORDS else 0
            texts = [_texts(argument) for argument in node.args[:wanted]]
            if wanted and len(texts) == wanted and all(texts):
                for key in zip(*texts, strict=False):
                    yield key, node.lineno


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _compare(file: str, said: Mapping[Key, tuple[str, int]], known: "Mapping[Key, Message]") -> Iterator[Fault]:
    for key, (source, line) in said.items():
        if key not in known:
            yield Fault(source, line, f'"{key[0]}" has no translation. Add it to {file}: msgid, then msgstr.')
    for key, message in known.items():
        if key not in said:
            yield Fault(file, message.lineno or 1, f'Nobody says "{key[0]}" any more. Remove the message.')


def _message(message: "Message") -> Iterator[str]:
    """What is wrong with one translation."""
    originals, texts = _forms(message.id), _forms(message.string)
    if message.fuzzy:
        yield f'"{originals[0]}" is marked fuzzy. Check the translation and remove the word fuzzy.'
    if not all(text.strip() for text in texts):
        yield f'"{originals[0]}" has no translation. Write it after msgstr.'
        return
    if not all(unicodedata.is_normalized("NFC", text) for text in texts):
        yield f'Letters and marks stand apart (NFD) in the translation of "{originals[0]}". Type it again.'
    expected = _placeholders(originals[-1])
    for text in texts:
        found = _placeholders(text)
        if found is None:
            yield f'A {{ or }} stands alone in "{text}". Write the name between both: {{name}}'
        elif expected is not None and found != expected:
            yield f'"{originals[0]}" has {_list(expected)} and its translation has {_list(found)}. Write the same ones.'
        if text.count("**") % 2:
            yield f'"{text}" opens bold words with ** and never closes them. Add the other **.'
    for text in (*originals, *texts):
        if units(text) > TEXT_LIMIT:
            yield f'"{text[:40]}…" has {units(text)} characters, at most {TEXT_LIMIT} fit. Shorten it.'


def _placeholders(text: str) -> set[str] | None:
    """The names in {braces}; None when the braces do not pair."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def _list(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "no {name}"

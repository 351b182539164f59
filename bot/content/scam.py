"""The rules of the scam check as editors write them: what they must hold to be of use, and what they lean on."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from bot.content.check import Group, identity
from bot.content.files import Entry, Fault
from bot.content.limits import words
from bot.core.content import Lesson, Source
from bot.core.suspicion.scam import Detector
from bot.core.suspicion.scam_rules import Advice, Moment, Owner, ScamSign
from bot.core.text import fold

SIGNS, OWNERS, ADVICE = "scam/signs.yaml", "scam/owners.yaml", "scam/advice.yaml"
_DOMAIN = re.compile(r"\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_ENDING = re.compile(r"\.[a-z0-9]{2,15}")
_LINK = re.compile(r"[a-z0-9]\.[a-z]{2,}|//|@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScamParts:
    """What the three files hold."""

    signs: Group[ScamSign]
    owners: Group[Owner]
    advice: Group[Advice]

    def detector(self) -> Detector:
        """The signs, ready to be looked for."""
        signs = (entry.value for entry in self.signs.entries.values())
        return Detector(signs, (entry.value for entry in self.owners.entries.values()))

    def said(self) -> Mapping[str, Advice]:
        """The advice by the moment it is for."""
        return {name: entry.value for name, entry in self.advice.entries.items()}


def check(parts: ScamParts, *, sources: Group[Source], lessons: Group[Lesson]) -> Iterator[Fault]:
    """Every fault of the three files."""
    everything: list[Entry[Any]] = [
        *parts.signs.entries.values(),
        *parts.owners.entries.values(),
        *parts.advice.entries.values(),
    ]
    for found in everything:
        yield from identity(found)
        yield from words(found)
        if found.value.source not in sources:
            yield found.fault(f"source: there is no {found.value.source}. Correct the id, or add it.", "source")
    for sign in parts.signs.entries.values():
        yield from _sign(sign, lessons)
    for owner in parts.owners.entries.values():
        yield from _owner(owner)
    yield from _advice(parts)


def _sign(found: Entry[ScamSign], lessons: Group[Lesson]) -> Iterator[Fault]:
    sign = found.value
    if not (sign.words or sign.domains or sign.endings or sign.tricks):
        yield found.fault("Nothing is looked for. Add words, domains, endings or tricks.", "id")
    if (sign.near or sign.unless) and not sign.words:
        yield found.fault(
            "near and unless go with words. Add words, or remove them.", "near" if sign.near else "unless"
        )
    if sign.lesson and sign.lesson not in lessons:
        yield found.fault(f"lesson: there is no {sign.lesson}. Correct the id, or add it.", "lesson")
    for index, domain in enumerate(sign.domains):
        if not _DOMAIN.fullmatch(domain):
            yield found.fault(f"{domain} is no web address. Write bit.ly, or an ending: .top", "domains", index)
    for index, ending in enumerate(sign.endings):
        if not _ENDING.fullmatch(ending):
            yield found.fault(f"{ending} is no ending of a file. Write a dot and small letters: .apk", "endings", index)
    for key in ("seen", "todo"):
        said = getattr(sign, key)
        yield from _no_link(found, key, said.vi, said.en)


def _owner(found: Entry[Owner]) -> Iterator[Fault]:
    for index, address in enumerate(found.value.addresses):
        if not _DOMAIN.fullmatch(address) or address.startswith("."):
            yield found.fault(f"{address} is no web address. Write only the name: bidv.com.vn", "addresses", index)
    for index, brand in enumerate(found.value.brands):
        if fold(brand) != brand or " " in brand or len(brand) < 3:  # noqa: PLR2004  shorter stands in every other name
            yield found.fault(
                f"{brand}: write small letters without marks and blanks, at least three.", "brands", index
            )


def _advice(parts: ScamParts) -> Iterator[Fault]:
    for found in parts.advice.entries.values():
        yield from _no_link(found, "text", found.value.text.vi, found.value.text.en)
    missing = sorted(set(get_args(Moment)) - set(parts.advice.entries) - (parts.advice.spoilt or set()))
    if parts.signs.entries and missing and parts.advice.spoilt is not None:
        yield Fault(ADVICE, 0, f"The advice {', '.join(missing)} is missing. Add: - id: {missing[0]}")


def _no_link(found: Entry[Any], key: str, *texts: str) -> Iterator[Fault]:
    """The answer of the scam check must not hold anything a phone makes a link of."""
    if any(_LINK.search(text) for text in texts):
        yield found.fault("No address may stand here: the answer must hold nothing to tap. Say it in words.", key)

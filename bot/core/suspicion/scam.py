"""The scam check: known signs in a message somebody received. It opens nothing, keeps nothing, and clears nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.markup import guard
from bot.core.privacy import mask
from bot.core.splitting import shorten
from bot.core.suspicion import lookalikes
from bot.core.suspicion.addresses import Address, defanged, find, latin
from bot.core.suspicion.phrases import LONGEST, Match, Phrases, Said, indexed, quoted
from bot.core.suspicion.scam_rules import Owner, ScamSign

NEAR: Final = 15  # words between a sign's words and those that must stand near them
BEFORE: Final = 12  # words between "do not" and what one must not do
ENOUGH: Final = 2  # together the signs must weigh so much
_QUESTION_MARK = re.compile(r"\?(?![^\s?!.\"”])")  # not the one inside an address
_QUOTE: Final = 40  # characters of what is quoted
_PASTED: Final = 15  # words of a message that is plainly no question
_ASKING: Final = frozenset(
    """
    không chưa gì sao nào đâu ai mấy nhiêu hả vậy thế nhỉ khong chua gi sao nao dau ai may nhieu ha vay the nhi
    what how why who where when which
    """.split()  # noqa: SIM905  easier to read than forty quotes
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign that was found, and the few words or the address in which it was; nothing of it can be tapped."""

    sign: ScamSign
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in one text, the heaviest first. `strange`: it holds an address or app file of no known owner."""

    seen: tuple[Seen, ...]
    strange: bool
    words: int
    asks: bool

    @property
    def warns(self) -> bool:
        """Whether the signs are enough to speak of; one hint alone is not."""
        return sum(each.sign.weight for each in self.seen) >= ENOUGH

    @property
    def was_pasted(self) -> bool:
        """Whether a text nobody asked to be checked is plainly a message that somebody received.

        It holds a strange address or an app file and a sign, or no question; or it is long, asks nothing, and has two
        signs.
        """
        if self.strange:
            return self.warns or not self.asks
        return self.words >= _PASTED and not self.asks and self.warns and len(self.seen) > 1


class Detector:
    """Every sign, ready to be looked for."""

    def __init__(self, signs: Iterable[ScamSign], owners: Iterable[Owner]) -> None:
        self._signs = {sign.id: sign for sign in signs}
        self._owners = tuple(owners)
        groups: dict[str, Iterable[str]] = {}
        for name, sign in self._signs.items():
            groups |= {f"words {name}": sign.words, f"near {name}": sign.near, f"unless {name}": sign.unless}
        phrases, self._groups = indexed(groups)
        self._phrases = Phrases(phrases)

    def check(self, text: str) -> Finding:
        """What is seen in a text; only its beginning, when it is very long."""
        text = text[:LONGEST]
        said = self._phrases.read(text)
        addresses = list(find(text))
        quotes: dict[str, str] = {}
        for name, quote in (*self._linked(addresses), *self._filed(text), *self._worded(said)):
            quotes.setdefault(name, guard(shorten(quote, _QUOTE)))
        seen = sorted(
            (Seen(self._signs[name], quote) for name, quote in quotes.items()), key=lambda one: -one.sign.weight
        )
        files = any(sign.sign.endings for sign in seen)
        strange = files or any(not self._is_known(address) and not _is_mail(address) for address in addresses)
        return Finding(tuple(seen), strange, len(said), _asks(text, said))

    def _is_known(self, address: Address) -> bool:
        return any(address.is_under(name) for owner in self._owners for name in owner.addresses if "." in name)

    def _linked(self, addresses: Iterable[Address]) -> Iterator[tuple[str, str]]:
        for address in addresses:
            known = self._is_known(address)
            tricks = set() if known else set(self._tricks(address))
            for name, sign in self._signs.items():
                listed = any(_is_listed(address, domain) for domain in sign.domains)
                if tricks & set(sign.tricks) or (listed and not known):
                    yield name, mask(defanged(address.host)).text

    def _tricks(self, address: Address) -> Iterator[str]:
        if address.is_number:
            yield "number"
            return
        if address.has_foreign_letters:
            yield "foreign-letters"
        if lookalikes.plays_state(address):
            yield "state-name"
        for owner in self._owners:
            away = not any(address.is_under(name) for name in owner.addresses)
            if away and lookalikes.shown_brand(address, owner.brands):
                yield "look-alike"
            if any("." in name and _holds(f"{address.user} {address.rest}", name) for name in owner.addresses):
                yield "hidden-name"

    def _filed(self, text: str) -> Iterator[tuple[str, str]]:
        plain = latin(text).lower()
        for name, sign in self._signs.items():
            for ending in sign.endings:
                pattern = rf"[\w-]{{0,40}}{re.escape(ending)}(?![\w.]\w)"
                if found := re.search(pattern, plain):
                    yield name, defanged(mask(found[0]).text)

    def _worded(self, said: list[Said]) -> Iterator[tuple[str, str]]:
        found: dict[str, list[Match]] = {}
        for match in self._phrases.find(said):
            found.setdefault(self._groups[match.phrase], []).append(match)
        for name, sign in self._signs.items():
            denied = {match.end: match for match in found.get(f"unless {name}", ())}
            inside = {at for match in denied.values() for at in range(match.start, match.end)}
            near = {match.start for match in found.get(f"near {name}", ())} - inside
            for match in found.get(f"words {name}", ()):
                if sign.near and near.isdisjoint(range(match.start - NEAR, match.start + NEAR)):
                    continue
                if not _is_denied(said, match, denied):
                    yield name, mask(quoted(said, match)).text
                    break


def _is_denied(said: list[Said], match: Match, denied: dict[int, Match]) -> bool:
    """Whether "do not" stands a few words before or in the match itself, in the same sentence."""
    return any(
        (before := denied.get(end)) and said[before.start].sentence == said[match.start].sentence
        for end in range(max(0, match.start - BEFORE), match.end + 1)
    )


def _is_listed(address: Address, domain: str) -> bool:
    return address.host.endswith(domain) if domain.startswith(".") else address.is_under(domain)


def _is_mail(address: Address) -> bool:
    return bool(address.user) and not address.rest


def _holds(text: str, name: str) -> bool:
    return bool(re.search(rf"(?<![\w.-]){re.escape(name)}|\.{re.escape(name)}(?![\w-])", text))


def _asks(text: str, said: list[Said]) -> bool:
    """Whether a text is a question: it has a question mark, or ends in a word that asks."""
    return bool(_QUESTION_MARK.search(text)) or any(word.text.lower() in _ASKING for word in said[-3:])

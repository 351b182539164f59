"""Questions in English: the words of them that editors translated, as words of the Vietnamese documents."""

import re
from collections.abc import Iterable, Mapping

from bot.core.text import clean, fold
from bot.search.spelling import well_spelled

_WORD = re.compile(r"[^\W_]+(?:['’/-][^\W_]+)*")


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(clean(text))]


# Said around a subject: dropped from a question, but proof that it is English.
_AROUND = frozenset(
    _words(
        "a after all also am an and any are as at be been before buy by can could did do does during find for "
        "from get give had has have how i if in into is it its know let like make many me more most much must my "
        "need of on or our please shall should so some still such tell than that the their them then there these "
        "they this those to under until us use was we were what when where whether which while who whose why will "
        "with would you your"
    )
)
# Words of English that Vietnamese speakers type in Vietnamese sentences: no proof of anything.
_BORROWED = frozenset(
    _words(
        "ai app apps chip covid email facebook fax file gdp hacker internet iot ipad iphone link live marketing "
        "menu mobile online otp pin qr robot sim slogan smart smartphone startup telegram video viettel vneid web "
        "website wifi youtube zalo"
    )
)
_LONGEST = 6  # words of a phrase
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("d", ""), ("ed", ""))


class English:
    """English phrases, each with the Vietnamese words that stand for it in the documents."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._phrases = {tuple(_words(phrase)): words for phrase, words in phrases.items()}
        self._known = _AROUND | {word for phrase in self._phrases for word in phrase}

    def reads(self, text: str) -> bool:
        """Whether a text is English: no Vietnamese mark, and most of its words can be nothing else."""
        words = [word for word in _words(text) if word.isalpha()]
        if fold(text) != clean(text).lower() or not words:
            return False
        sure = [word for word in words if self._is_english(word)]
        counted = [word for word in words if word not in _BORROWED]
        if 2 * len(sure) >= max(len(counted), 1):
            return True
        plain = any(word in _AROUND for word in sure)
        return plain and all(word in self._known or not well_spelled(word) for word in counted)

    def translate(self, text: str) -> str:
        """The Vietnamese words for an English question; names, numbers and abbreviations stay; "" when none is left."""
        typed = _WORD.findall(clean(text))
        words = [word.lower() for word in typed]
        found: list[str] = []
        place = 0
        while place < len(words):
            size, meant = self._phrase_at(words, place)
            if not size and _is_name(typed[place], first=place == 0) and words[place] not in _AROUND:
                meant = typed[place]
            found += [meant] if meant else []
            place += size or 1
        return " ".join(found)

    def _phrase_at(self, words: list[str], place: int) -> tuple[int, str]:
        """How many words the longest known phrase there has, and what it means."""
        for size in range(min(_LONGEST, len(words) - place), 0, -1):
            said = words[place : place + size]
            for last in _bases(said[-1]):
                if meant := self._phrases.get((*said[:-1], last)):
                    return size, meant
        return 0, ""

    def _is_english(self, word: str) -> bool:
        return word not in _BORROWED and not well_spelled(word) and any(base in self._known for base in _bases(word))


def _bases(word: str) -> Iterable[str]:
    """The word, and what it may be a form of."""
    yield word
    for ending, base in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            yield word.removesuffix(ending) + base


def _is_name(word: str, *, first: bool) -> bool:
    """Numbers, abbreviations and names: "2022", "VNeID", "Lao", not the first word of a sentence."""
    return (
        any(map(str.isdigit, word)) or (len(word) > 1 and not word[1:].islower()) or (word[0].isupper() and not first)
    )

"""What can be found, and what was found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that can be found."""

    id: str
    kind: str  # "fact" | "lesson" | "passage"
    text: str  # what is found and shown
    extra: str = ""  # keywords, label, topic words: indexed, lower weight, not shown
    periods: tuple[str, ...] = ()  # words that ask for exactly this period
    replaced_by: str = ""  # id of the entry that holds now


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry that was found: `score` compares the hits of one question, `confidence` is 0 to 1 and compares all."""

    entry: Entry
    score: float
    confidence: float

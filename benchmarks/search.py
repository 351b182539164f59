"""The search over this repository's own facts, for a benchmark that asks `find(query, k)`."""

from functools import cache
from pathlib import Path

import yaml

from bot.search.index import Entry, Index
from bot.search.reading import Lexicon

CONTENT = Path(__file__).parents[1] / "content"


@cache
def index() -> Index:
    """The facts of content/facts, ready to be searched."""
    answers = CONTENT / "answers"
    abbreviations, synonyms = (
        yaml.safe_load((answers / name).read_text("utf-8")) for name in ("abbreviations.yaml", "synonyms.yaml")
    )
    entries = [
        Entry(
            id=fact["id"],
            kind="fact",
            text=fact["statement"],
            extra=" ".join((fact["label"], fact["topic"], *fact.get("keywords", ()))),
            periods=tuple(fact.get("periods", ())),
            replaced_by=fact.get("replaced_by", ""),
        )
        for path in sorted((CONTENT / "facts").glob("*.yaml"))
        for fact in yaml.safe_load(path.read_text("utf-8"))
    ]
    return Index(entries, Lexicon(abbreviations, synonyms))


def find(query: str, k: int) -> list[str]:
    """The texts of the best `k` facts for a question, best first."""
    return [hit.entry.text for hit in index().search(query, k)]

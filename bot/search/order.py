"""The order of what was found: facts before passages, what holds before what it replaced."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.search.entry import Entry, Hit

CONFIDENT = 0.33  # at or below it the documents do not say
_SURER = 1.5  # a passage goes first when it holds this many times what the best fact holds
_LOOKED_AT = 3  # facts whose confidence counts


def facts_first(hits: Iterable[Hit]) -> list[Hit]:
    """The same hits, raw passages last, unless only a passage is found with confidence."""
    ours: list[Hit] = []
    passages: list[Hit] = []
    for hit in hits:
        (passages if hit.entry.kind == "passage" else ours).append(hit)
    best = max((hit.confidence for hit in ours[:_LOOKED_AT]), default=0.0)
    if best <= CONFIDENT and passages and passages[0].confidence > max(CONFIDENT, _SURER * best):
        return passages + ours
    return ours + passages


def newest(entry: Entry, entries: Mapping[str, Entry]) -> Entry:
    """The entry that holds now: itself, or the last of those that replaced it."""
    seen = {entry.id}
    while (following := entries.get(entry.replaced_by)) and following.id not in seen:
        seen.add(following.id)
        entry = following
    return entry


def settle(hits: Sequence[Hit], entries: Mapping[str, Entry], *, asked: Mapping[str, int]) -> list[Hit]:
    """The same hits, where what holds now stands before what it replaced.

    `asked` tells which entries have a period of their own in the question, and how exactly it is named there: a
    replaced one whose period is named as exactly as the newer one's stands first.
    """
    found = {hit.entry.id: hit for hit in hits}
    first = {hit.entry.id: hit for hit in hits if not hit.entry.replaced_by}
    for hit in sorted(hits, key=lambda hit: asked.get(hit.entry.id, 0)):
        now = newest(hit.entry, entries)
        if now is not hit.entry:
            named = asked.get(hit.entry.id, 0)
            older = named and named >= asked.get(now.id, 0)
            first[now.id] = hit if older else first.get(now.id) or found.get(now.id) or replace(hit, entry=now)
    settled: dict[str, Hit] = {}
    for hit in hits:
        head = first.get(newest(hit.entry, entries).id, hit)
        settled.setdefault(head.entry.id, _raised(head, hit))
        settled.setdefault(hit.entry.id, hit)
    return list(settled.values())


def _raised(hit: Hit, to: Hit) -> Hit:
    """The hit, taking the place of one that scored more."""
    return replace(hit, score=max(hit.score, to.score), confidence=max(hit.confidence, to.confidence))

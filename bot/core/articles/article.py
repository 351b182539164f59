"""A saved web page read as an article: its body in passages, its title, day and source, and what was left out.

The rules are general: what a line is by itself (bot.core.articles.article_rules), then where it stands. Nothing is
thrown away silently: every line is the title, in a passage, or in `dropped` with a reason an operator can read and
overrule.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.core.articles import article_rules as rules
from bot.core.articles.article_dates import Stamp, opening_day, stamp_of
from bot.core.articles.article_lines import Line, Passage, lines_of, passages_of, shortened
from bot.core.text import clean

__all__ = ["Article", "Dropped", "EmptyArticle", "Passage", "read_article"]

_SHOWN = 80  # characters of a dropped line that are shown
_TITLE_WORDS, _MENU_WORDS = 6, 3  # a title has six words or more; a menu entry may have five
_RESTATED = 0.75  # share of three-word runs found again nearby
_NEARBY, _SCENES = 3, 8  # lines looked at around a caption
_DIGITS = re.compile(r"\d+")
_FIGURES = 3  # this many lone figures, each with its words, are a block of goals
_TEASERS = 3
_TAIL_WORDS = 12


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line left out: its number in the text, its first 80 characters, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What search may find (`passages`), what is said about it, and what was left out."""

    title: str
    date: date | None
    date_basis: str  # Vietnamese, for the operator: how the date was found
    source: str  # as the page names it; "" when it does not
    passages: tuple[Passage, ...]
    dropped: tuple[Dropped, ...]


class EmptyArticle(ValueError):
    """A page in which no article body was found; `name` is the page's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: không thấy thân bài nào trong tệp")
        self.name = name


def read_article(text: str, *, name: str) -> Article:
    """The article in a saved page's text. Raises EmptyArticle when no body of 40 characters is left."""
    lines = list(lines_of(clean(text)))
    for line in lines:
        line.stamp = stamp_of(line.text)
        line.reason = _stamp_reason(line.stamp) or rules.junk_reason(line.text)
    _mark_goals(lines)
    first = _first_paragraph(lines)
    if first is None:
        raise EmptyArticle(name)
    title = _title_before(lines, first)
    first = _body_start(lines, title, first)
    end = _end_after(lines, first)
    source = _mark_outside(lines, start=first if title is None else title, first=first, end=end)
    _mark_inside(lines[first:end], lines[title] if title is not None else None)
    kept = [line for line in lines[first:end] if not line.reason]
    passages = tuple(passages_of(kept))
    if not passages:
        raise EmptyArticle(name)
    heading = lines[title].text if title is not None else shortened(passages[0].text)
    stamped = _stamp(lines[:end], title, first)
    day, basis = stamped or opening_day(heading, [line.text for line in kept])
    return Article(
        title=heading,
        date=day,
        date_basis=basis,
        source=source,
        passages=passages,
        dropped=tuple(
            Dropped(line.number, line.text[:_SHOWN], line.reason) for line in lines if line.reason not in {"", "title"}
        ),
    )


def _stamp_reason(stamp: Stamp | None) -> str:
    if stamp is None:
        return ""
    return "page clock" if stamp.clock else "date line"


def _mark_goals(lines: list[Line]) -> None:
    """A fixed block of goals: lone figures, each followed by its words, and no year anywhere."""
    figures = [at for at, line in enumerate(lines) if rules.is_figure(line.text)]
    for run in _runs(figures):
        block = lines[run[0] : run[-1] + 2]
        shares = sum("%" in lines[at].text for at in run)
        if len(run) < _FIGURES or 2 * shares < len(run) or any(re.search(r"\b20\d\d\b", line.text) for line in block):
            continue
        before = lines[run[0] - 1] if run[0] else None
        if before and (rules.is_goals_header(before.text) or rules.word_count(before.text) <= _TITLE_WORDS):
            block = [before, *block]
        for line in block:
            line.reason = "undated goals block"


def _runs(places: Iterable[int]) -> list[list[int]]:
    """Places at most two apart, together."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place - runs[-1][-1] <= 2:  # noqa: PLR2004  a figure, its words, the next figure
            runs[-1].append(place)
        else:
            runs.append([place])
    return runs


def _first_paragraph(lines: list[Line]) -> int | None:
    """Where running text starts; in a page of short lines only, after its first heading."""
    free = [at for at, line in enumerate(lines) if not line.reason and not rules.source_of(line.text)]
    for at in free:
        line = lines[at]
        if rules.is_sentence(line.text) and not (rules.may_be_caption(line.text) and at != free[-1]):
            return at
    for at in free:
        if rules.is_sentence(lines[at].text):
            return at
    if len(free) > 1 and rules.may_be_title(lines[free[0]].text):
        return free[1]
    return free[0] if free else None


def _title_before(lines: list[Line], first: int) -> int | None:
    """The heading just above the text: above the publication stamp if there is one, and longer than a menu entry."""
    heads = [at for at in range(first) if not lines[at].reason and rules.may_be_title(lines[at].text)]
    long = [at for at in heads if rules.word_count(lines[at].text) >= _MENU_WORDS]
    stamps = [at for at in range(heads[0], first) if lines[at].stamp] if heads else []
    if stamps:
        long = [at for at in long if at < stamps[-1]] or long
    unnamed = [at for at in long if not rules.is_name(lines[at].text)]
    longer = [at for at in unnamed if rules.word_count(lines[at].text) >= _TITLE_WORDS]
    return next((few[-1] for few in (longer, unnamed, long[:1]) if few), None)


def _body_start(lines: list[Line], title: int | None, first: int) -> int:
    """The first line below the title that is no author, sub-heading or scene: a short question, a step."""
    for at in range(first if title is None else title + 1, first):
        text = lines[at].text
        if lines[at].reason or rules.source_of(text) or rules.is_name(text) or rules.may_be_caption(text):
            continue
        if not rules.is_heading(text, most=rules.TITLE_WORDS):
            return at
    return first


def _end_after(lines: list[Line], first: int) -> int:
    """Where the body ends: at the source line, a box of other articles, a run of teasers, the page's footer."""
    for at in range(first + 1, len(lines)):
        line = lines[at]
        if line.reason == "footer" or rules.is_related_header(line.text) or _teasers_from(lines, at):
            return at
        if rules.source_of(line.text):
            return at
    return len(lines)


def _teasers_from(lines: list[Line], at: int) -> bool:
    """Whether three pairs of a heading and a text cut short with dots follow one another here."""
    pairs = lines[at : at + 2 * _TEASERS]
    return len(pairs) == 2 * _TEASERS and all(
        rules.is_heading(head.text, most=rules.TITLE_WORDS)
        and rules.ends_cut(words.text)
        and rules.is_sentence(words.text)
        for head, words in zip(pairs[::2], pairs[1::2], strict=True)
    )


def _mark_outside(lines: list[Line], *, start: int, first: int, end: int) -> str:
    """Give every line before and after the body its reason; the source, if a source line says it."""
    source = ""
    for at, line in enumerate(lines):
        if at == start != first:
            line.reason = "title"
        elif (at == end or at < first) and not line.reason and not source:
            source = rules.source_of(line.text)
            line.reason = "source" if source else ""
        if at < start and line.stamp and not line.stamp.labelled:
            line.reason = "page clock"
        if line.reason or first <= at < end:
            continue
        line.reason = "menu" if at < start else "teaser" if at >= end else _between(line.text)
    return source


def _between(text: str) -> str:
    """What a line between title and text is."""
    if rules.is_name(text):
        return "credit"
    return "heading" if rules.is_heading(text) else "caption"


def _mark_inside(body: list[Line], title: Line | None) -> None:
    """Give the lines among the body that are none of it their reason."""
    seen = {title.text.casefold()} if title else set()
    for line in body:
        if (same := line.text.casefold()) in seen and not line.reason:
            line.reason = "repeated"
        seen.add(same)
    _mark_captions([line for line in body if not line.reason])
    _mark_tail(body)
    listed = False  # lines after a lead-in are its list
    free = [line for line in body[1:] if not line.reason]
    for line in free[:-1]:
        heading = rules.is_heading(line.text)
        if heading and not listed:
            line.reason = "heading"
        listed = line.text.endswith(":") or (listed and heading)


def _mark_captions(free: list[Line]) -> None:
    """Short scenes between long paragraphs, and lines of who was there that a paragraph nearby says again."""
    for at, line in enumerate(free[1:], 1):
        nearby = free[max(0, at - _NEARBY) : at + _NEARBY + 1]
        scene = rules.may_be_caption(line.text) and _is_long_beside(free, at)
        if scene or (rules.may_restate(line.text) and _is_restated(line.text, nearby)):
            line.reason = "caption"


def _is_long_beside(free: list[Line], at: int) -> bool:
    """Whether the paragraphs before and after, a few other scenes aside, are long."""
    behind, ahead = reversed(free[max(0, at - _SCENES) : at]), free[at + 1 : at + 1 + _SCENES]
    before = next((line.text for line in behind if not rules.may_be_caption(line.text)), "")
    after = next((line.text for line in ahead if not rules.may_be_caption(line.text)), before)
    return min(rules.word_count(before), rules.word_count(after)) >= rules.LONG_WORDS


def _is_restated(text: str, nearby: Sequence[Line]) -> bool:
    """Whether a longer line nearby has three quarters of these words in the same order, and every figure."""
    mine, figures = rules.triples(text), set(_DIGITS.findall(text))
    longer = [other.text for other in nearby if not other.reason and len(other.text) > len(text)]
    return any(
        mine and figures <= set(_DIGITS.findall(other)) and len(mine & rules.triples(other)) >= _RESTATED * len(mine)
        for other in longer
    )


def _mark_tail(body: list[Line]) -> None:
    """Headings with nothing under them at the end: the author's name, or the page's next menu."""
    if not any(rules.is_sentence(line.text) for line in body if not line.reason):
        return
    free = [line for line in body if not line.reason]
    tail: list[Line] = []
    while free and (rules.is_name(free[-1].text) or rules.is_heading(free[-1].text)):
        tail.append(free.pop())
    if free and free[-1].text.endswith(":"):
        return  # a list under its lead-in
    if len(tail) == 1 and rules.word_count(tail[0].text) > _TAIL_WORDS:
        return  # a sentence whose full stop was forgotten
    for line in tail:
        line.reason = "credit" if rules.is_name(line.text) else "menu"


def _stamp(lines: list[Line], title: int | None, first: int) -> tuple[date, str] | None:
    """The publication stamp: below the title, or labelled as one; the page's own clock is none."""
    start = first if title is None else title
    stamps = [(at, line, line.stamp) for at, line in enumerate(lines) if line.stamp and line.reason == "date line"]
    below = [(line, stamp) for at, line, stamp in stamps if at > start and (at < first or stamp.labelled)]
    labelled = [(line, stamp) for _, line, stamp in stamps if stamp.labelled]
    for line, stamp in (*below, *labelled):
        return stamp.day, f"ngày đăng ghi ở dòng {line.number}: “{line.text}”"
    return None

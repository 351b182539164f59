"""The summary of a period as a paper to pass on: Word, in the form of Decree 30/2020/NĐ-CP, without small cells."""

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.core.forms import Form
from bot.core.official import SMALL, is_small, official_day, printable, veiled
from bot.services.files import paper_layout
from bot.services.summary import Summary
from bot.words import Words

BLANK: Final = "\t"  # at the end of a line that is to be completed by hand
KIND: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def file_name(found: Summary) -> str:
    """What the file is called."""
    return f"bao-cao-{found.period.first}-{found.period.last}.docx"


def make(found: Summary, form: Form, words: Words, zone: ZoneInfo) -> bytes:
    """The paper as a Word file. Counts of residents below five are written as "dưới 5"."""
    paper = paper_layout.new()
    _header(paper, found, words, zone)
    _ = words.say
    for number, (head, lines) in enumerate(_parts(found, form, words), 1):
        paper_layout.heading(paper, f"{number}. {head}")
        for line in lines:
            if line.endswith(BLANK):
                paper_layout.blank_lines(paper, line.removesuffix(BLANK))
            else:
                paper_layout.paragraph(paper, printable(line))
        if number == 1:
            _tables(paper, found, form, words)
    paper_layout.signatures(paper, _("PREPARED BY"), _("HEAD OF THE TEAM"), hint=_("(Signature, full name)"))
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def _header(paper: Any, found: Summary, words: Words, zone: ZoneInfo) -> None:
    _ = words.say
    commune, made = printable(found.commune), found.as_of.astimezone(zone).date()
    paper_layout.letterhead(
        paper,
        body=(_("PEOPLE'S COMMITTEE OF"), commune.upper(), printable(found.team).upper()),
        place=f"{commune}, {_day(made, words)}",
    )
    span = _("from {first} to {last}", first=_day(found.period.first, words), last=_day(found.period.last, words))
    paper_layout.title(paper, _("REPORT"), _("On the work of the community digital technology team, {span}", span=span))
    if found.as_of < found.period.closes_at(zone):
        as_of = _("The figures are as of {day}; the period is not over.", day=_day(made, words))
        paper_layout.paragraph(paper, as_of)


def _parts(found: Summary, form: Form, words: Words) -> list[tuple[str, Sequence[str]]]:
    _ = words.say
    totals = found.totals
    done = [
        _(
            "The team made {reports} visits: {households} households, {people} people{elderly}.",
            reports=totals.reports,
            households=_count(totals.households, words),
            people=_count(totals.people, words),
            elderly=""
            if totals.elderly is None
            else _(", {n} of them aged 60 or older", n=_count(totals.elderly, words)),
        ),
        _("In the period before: {reports} visits, {households} households.", **_before(found, words)),
    ]
    labels = {choice.name: words.show(choice.label) for choice in form["skills"].choices}
    done += [_goal(goal, labels, words) for goal in found.goals]
    difficulties = {choice.name: words.show(choice.label) for choice in form["difficulties"].choices}
    troubles = [f"- {difficulties.get(name, name)}: {_count(count, words)}." for name, count in found.difficulties]
    again = _("{n} visits are to be made.", n=len(found.visits))
    waiting = [
        _("{n} questions of residents wait for an answer.", n=found.open_questions)
        if found.open_questions
        else _("No question of residents waits for an answer.")
    ]
    if found.silent_units:
        waiting.append(_("No report yet from: {units}.", units=", ".join(found.silent_units)))
    return [
        (_("Work done"), done),
        (_("Work in progress"), [again]),
        (_("Waiting for an answer"), waiting),
        (
            _("Difficulties and proposals"),
            [*(troubles or [_("No difficulty was reported.")]), _("Proposals:") + BLANK],
        ),
        (_("Work of the next period"), [again, _("Other work:") + BLANK]),
    ]


def _before(found: Summary, words: Words) -> Mapping[str, object]:
    return {"reports": found.before.reports, "households": _count(found.before.households, words)}


def _goal(goal: Any, labels: Mapping[str, str], words: Words) -> str:
    _ = words.say
    share = (
        words.percent(goal.share)
        if not is_small(goal.done)
        else _("less than {n}", n=words.percent(SMALL / goal.target))
    )
    unit = _("households") if goal.measure == "households" else _("people")
    place = goal.place or _("all places")
    skill = f", {labels.get(goal.skill, goal.skill)}" if goal.skill else ""
    return _(
        "Goal until {last}: {done} of {target} {unit} in {place}{skill} ({share}).",
        last=_day(goal.last, words),
        done=_count(goal.done, words),
        target=goal.target,
        unit=unit,
        place=place,
        skill=skill,
        share=share,
    )


def _tables(paper: Any, found: Summary, form: Form, words: Words) -> None:
    _ = words.say
    heads = (_("No."), _("Place"), _("Visits"), _("Households"), _("People"))
    households = _column([unit.households for unit in found.units], words)
    people = _column([unit.people for unit in found.units], words)
    rows = [
        (words.number(row + 1), printable(unit.label), words.number(unit.reports), households[row], people[row])
        for row, unit in enumerate(found.units)
    ]
    paper_layout.table(paper, _("Table 1. Results by place"), heads, rows)
    labels = {choice.name: words.show(choice.label) for choice in form["skills"].choices}
    skills = [
        (words.number(number), printable(labels.get(name, name)), _count(count, words))
        for number, (name, count) in enumerate(found.skills, 1)
    ]
    if skills:
        paper_layout.table(paper, _("Table 2. Results by skill"), (_("No."), _("Skill"), _("Times shown")), skills)


def _column(numbers: Sequence[int], words: Words) -> list[str]:
    """The numbers of a column whose sum stands in the text."""
    said = {"small": words.say("fewer than {n}", n=SMALL), "beside": words.say("not shown")}
    return [said.get(veil) or words.number(number) for number, veil in zip(numbers, veiled(numbers), strict=True)]


def _day(day: date, words: Words) -> str:
    return official_day(day) if words.locale == "vi" else words.day(day)


def _count(number: int, words: Words) -> str:
    return words.say("fewer than {n}", n=SMALL) if is_small(number) else words.number(number)

"""A coordinator writes an answer: text, source, its day, how long it is good, a look at it. The wizard "cauhoi"."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bot.core.days import UnclearDay, parse_day
from bot.core.errors import KnownError
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.text import on_lines, phrase
from bot.services import local_answers
from bot.services.asking import Group
from bot.services.local_answers import Draft
from bot.services.permissions import Action, require
from bot.turn import Turn
from handlers import menu
from handlers.answering import questions
from handlers.answering.question_list import NAME, listed
from handlers.awaiting import await_text, awaited, move
from handlers.teams import which_team

STEPS = ("text", "source", "as_of", "until", "check")
Wizard = dict[str, Any]


def begin(turn: Turn, group: Group) -> Reply:
    """The first step of a new answer, of the team it is for."""
    team = which_team.pick(turn, Action.ANSWER_QUESTIONS).team
    turn.state.wizard = {"name": NAME, "team": team, "questions": group.questions, "question": group.text}
    return _ask(turn, "text")


def tapped(turn: Turn) -> Reply:  # noqa: PLR0911  one return a button
    """A move, a choice of the present step, or the change of an answer that is there."""
    verb, _, value = turn.payload.argument.partition("=")
    if verb in ("edit_text", "edit_source", "edit_until"):
        number = read_number(value)
        answer = local_answers.owned(turn.tx, number, turn.roles)
        turn.state.wizard = {"name": NAME, "team": answer.team, "fact": answer.id, "question": answer.question}
        return _ask(turn, verb.removeprefix("edit_"))
    wizard = turn.state.wizard_of(NAME)
    if wizard is None or verb == "cancel":
        return _closed(turn)
    step = awaited(turn, NAME).get("step", "text")
    if verb == "back":
        return _ask(turn, STEPS[max(0, STEPS.index(step) - 1)]) if "fact" not in wizard else _closed(turn)
    if verb == "send" and step == "check":
        return _save(turn, wizard)
    if verb == "redo" and value in STEPS[:-1]:
        return _ask(turn, value)
    if verb == "until" and step == "until" and value in {str(months) for months in local_answers.MONTHS}:
        return _take(turn, wizard, "until", local_answers.months_after(turn.today, int(value)).isoformat())
    if verb == "as_of" and step == "as_of":
        return _take(turn, wizard, "as_of", turn.today.isoformat())
    return _ask(turn, step)


def typed(turn: Turn) -> Reply:
    """What was typed at the present step."""
    wizard = turn.state.wizard_of(NAME)
    if wizard is None:
        return _closed(turn)
    step, text = awaited(turn, NAME).get("step", "text"), turn.message.text
    if step == "check":
        return _ask(turn, step, turn.say("Tap a button, or type its number."))
    try:
        return _take(turn, wizard, step, _READ[step](turn, text))
    except KnownError as wrong:
        return _ask(turn, step, turn.say(wrong.say, **wrong.values))
    except UnclearDay:
        return _ask(
            turn, step, turn.say("That is not clear as a day. Type it as day/month/year, for example: 31/3/2027")
        )


def _take(turn: Turn, wizard: Wizard, step: str, value: str) -> Reply:
    """Keep one answer; the next step that is open, or the change of an answer that is there."""
    if "fact" in wizard:
        changed: dict[str, Any] = {"expires_on": date.fromisoformat(value)} if step == "until" else {step: value}
        return _changed(turn, wizard, changed)
    wizard[step] = value
    return _ask(turn, next((name for name in STEPS[:-1] if name not in wizard), "check"))


def _changed(turn: Turn, wizard: Wizard, changed: dict[str, Any]) -> Reply:
    person, fact = turn.speaker.person, int(wizard["fact"])
    local_answers.change(turn.tx, fact, roles=turn.roles, person=person, now=turn.now, today=turn.today, **changed)
    turn.state.end_wizard()
    return listed(turn, turn.say("Changed. From now on it is told like this."))


def _save(turn: Turn, wizard: Wizard) -> Reply:
    draft = _draft(wizard)
    answer = local_answers.answer(
        turn.tx,
        draft,
        wizard["questions"],
        team=int(wizard["team"]),
        roles=turn.roles,
        person=turn.speaker.person,
        now=turn.now,
        today=turn.today,
    )
    turn.state.end_wizard()
    _ = turn.say
    text = _(
        "💬 Saved, good until {day}. Who asked is told; from now on it is found by everybody in {commune}.",
        day=answer.expires_on,
        commune=answer.commune,
    )
    choices = (
        Choice(_("People's questions"), make(NAME, "list")),
        Choice(_("Our answers"), make(NAME, "ours")),
        menu.home(turn),
    )
    return Reply(text=text, choices=choices)


def _ask(turn: Turn, step: str, wrong: str = "") -> Reply:
    """A step, after a kind word about what was wrong."""
    wizard = turn.state.wizard or {}
    require(turn.roles, Action.ANSWER_QUESTIONS, wizard["team"])
    if step == "check" and not all(name in wizard for name in STEPS[:-1]):
        step = next(name for name in STEPS if name not in wizard)
    await_text(turn, NAME, step=step)
    shown = _SHOWN[step](turn, wizard)
    moves = [] if step == "text" or "fact" in wizard or step == "check" else [move(turn, NAME, "back")]
    text = on_lines(wrong, shown.text)
    return Reply(text=text, choices=(*shown.choices, *moves, move(turn, NAME, "cancel")))


def _text(turn: Turn, wizard: Wizard) -> Reply:
    text = turn.say(
        "💬 “{question}”\nType the answer, at most {limit} characters: one or two whole sentences that everybody may "
        "read. No names, no telephone or ID numbers.",
        question=wizard.get("question", ""),
        limit=local_answers.TEXT_LIMIT,
    )
    return Reply(text=text)


def _source(turn: Turn, _wizard: Wizard) -> Reply:
    return Reply(
        text=turn.say(
            "💬 Where does the answer come from? Name the document or the office, with its day. For example: "
            "Notice 12 of the commune's People's Committee, 3/11/2026"
        )
    )


def _as_of(turn: Turn, _wizard: Wizard) -> Reply:
    text = turn.say("💬 On which day was it true? Tap Today, or type the day.")
    return Reply(text=text, choices=(Choice(turn.say("Today"), make(NAME, "as_of=today")),))


def _until(turn: Turn, _wizard: Wizard) -> Reply:
    text = turn.say(
        "💬 How long is it good? After that it is not told any more; you are reminded once before. Usual: {n} months. "
        "Or type the last day.",
        n=local_answers.USUAL_MONTHS,
    )
    choices = tuple(
        Choice(turn.count("{n} month", "{n} months", months), make(NAME, f"until={months}"))
        for months in local_answers.MONTHS
    )
    return Reply(text=text, choices=choices)


def _check(turn: Turn, wizard: Wizard) -> Reply:
    """The look before it is kept: as people will read it."""
    _ = turn.say
    draft = _draft(wizard)
    team = next(role for role in turn.roles if role.team == int(wizard["team"]))
    told = questions.signed(turn, team.team_name, turn.today, draft.as_of, draft.source)
    lines = (
        _("They will see:"),
        f"💬 {draft.text}",
        told,
        "———",
        _("Told until {day} to everybody in {commune} who asks.", day=draft.expires_on, commune=team.commune),
    )
    choices = (
        Choice(_("Save"), make(NAME, "send")),
        Choice(_("Change the answer"), make(NAME, "redo=text")),
        Choice(_("Change the source"), make(NAME, "redo=source")),
        Choice(_("Change how long it is good"), make(NAME, "redo=until")),
    )
    return Reply(text="\n".join(lines), choices=choices)


def _draft(wizard: Wizard) -> Draft:
    return Draft(
        question=wizard["question"],
        text=wizard["text"],
        source=wizard["source"],
        as_of=date.fromisoformat(wizard["as_of"]),
        expires_on=date.fromisoformat(wizard["until"]),
    )


def _read_as_of(turn: Turn, text: str) -> str:
    day = parse_day(text, turn.today)
    local_answers.check_days(day, turn.today, turn.today)
    return day.isoformat()


def _read_until(turn: Turn, text: str) -> str:
    number, _, unit = phrase(text).partition(" ")
    if number.isdecimal() and len(number) <= len("24") and unit in ("thang", "month", "months"):
        day = local_answers.months_after(turn.today, int(number))
    else:
        day = parse_day(text, turn.today)
    local_answers.check_days(turn.today, day, turn.today)
    return day.isoformat()


def _closed(turn: Turn) -> Reply:
    turn.state.end_wizard()
    return listed(turn)


_READ: Mapping[str, Callable[[Turn, str], str]] = {
    "text": lambda _, text: local_answers.check_text(text),
    "source": lambda _, text: local_answers.check_source(text),
    "as_of": _read_as_of,
    "until": _read_until,
}
_SHOWN: Mapping[str, Callable[[Turn, Wizard], Reply]] = {
    "text": _text,
    "source": _source,
    "as_of": _as_of,
    "until": _until,
    "check": _check,
}

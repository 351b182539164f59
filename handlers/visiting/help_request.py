"""/nho: a resident asks for a visit: where, what for, when. No phone and no address is asked for."""

from bot.core import answers
from bot.core.content import Bilingual
from bot.core.errors import N_
from bot.core.forms import AnswerRejected, Context, Question
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.text import on_lines
from bot.services import consents, followups
from bot.services.followups import WISHES, Wish
from bot.services.visit_views import Visit
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text, awaited, move
from handlers.reports.report_view import FORM
from handlers.reports.report_words import said
from handlers.visiting import visit_words

NAME = "nho"
STEPS = ("unit", "skill", "wish", "note")
SHOWN = 12  # places on one screen; the others by their names, or page by page
_PLACE = Question(name="unit", type="place", label=Bilingual(vi="Nơi"), short=Bilingual(vi="Nơi"))


def start(turn: Turn) -> Reply:
    """What is still waited for; a new wish when nothing is."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    waiting = followups.asked_for(turn.tx, turn.speaker.person)
    return listed(turn, waiting) if waiting else ask(turn, {})


def listed(turn: Turn, waiting: list[Visit]) -> Reply:
    """What is still waited for, and by whom it was taken."""
    _, form = turn.say, turn.library.forms[FORM]
    lines = []
    for visit in waiting:
        who = _("{name} will come", name=visit.taker) if visit.status == "taken" else _("nobody has it yet")
        lines.append(f"{visit_words.line(visit, form, turn.words)} · {who}")
    drop = [
        Choice(
            _("No longer needed: {what}", what=visit_words.line(visit, form, turn.words)),
            make(NAME, f"drop={visit.id}"),
        )
        for visit in waiting
    ]
    return Reply(
        text="\n".join(("🤝 " + _("Still waiting:"), *lines)),
        choices=(*drop, Choice(_("Ask for something else"), make(NAME, "new")), menu.home(turn)),
    )


def tapped(turn: Turn) -> Reply:  # noqa: PLR0911  one return a button
    """A button: a move, a page of places, an answer "step=value", or a wish that is dropped."""
    wanted, _, value = turn.payload.argument.partition("=")
    kept = awaited(turn, NAME)
    match wanted:
        case "new":
            return ask(turn, {})
        case "drop":
            return drop(turn, value)
        case "cancel":
            return menu.show(turn)
        case "page":
            return ask(turn, _known(kept), first=read_number(value))
        case "back":
            return ask(turn, _without_last(kept))
        case "skip" if kept.get("step") == "note":
            return file(turn, kept, "")
    if wanted == kept.get("step") and value in {payload for _, payload in _offered(turn, wanted)}:
        return take(turn, kept, wanted, value)
    return ask(turn, _known(kept))


def typed(turn: Turn) -> Reply:
    """The present question answered in words."""
    kept = awaited(turn, NAME)
    step, text = kept.get("step", "unit"), turn.message.text
    if step == "note":
        return file(turn, kept, text)
    try:
        value = _read(turn, step, text)
    except AnswerRejected as rejected:
        return ask(turn, _known(kept), wrong=said(turn, rejected))
    return take(turn, kept, step, str(value))


def take(turn: Turn, kept: dict[str, str], step: str, value: str) -> Reply:
    """Keep one answer and ask the next."""
    return ask(turn, {**_known(kept), step: value})


def ask(turn: Turn, answered: dict[str, str], *, first: int = 0, wrong: str = "") -> Reply:
    """The first question without an answer. What is known beforehand, such as the skill, is not asked."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    step = next(name for name in STEPS if name not in answered)
    await_text(turn, NAME, step=step, **answered)
    _ = turn.say
    text = {
        "unit": _("Where is help wanted? Only the name of the place: no phone number, no address."),
        "skill": _("What is help wanted with?"),
        "wish": _("When does it suit?"),
        "note": _("Anything the team should know? For example: an old phone, a forgotten password. If not, tap Skip."),
    }[step]
    offered = _offered(turn, step)
    shown = [Choice(label, make(NAME, f"{step}={value}")) for label, value in offered[first : first + SHOWN]]
    if offered[first + SHOWN :]:
        shown.append(Choice(_("Show more"), make(NAME, f"page={first + SHOWN}"), numbered=False))
    moves = [move(turn, NAME, "skip")] if step == "note" else []
    moves += [move(turn, NAME, "back")] if any(name in answered for name in STEPS[: STEPS.index(step)]) else []
    return Reply(
        text=on_lines(wrong, f"🤝 {text}"),
        choices=(*shown, *moves, move(turn, NAME, "cancel")),
    )


def file(turn: Turn, kept: dict[str, str], note: str) -> Reply:
    """Ask the team for the visit; who asked hears when somebody takes it."""
    turn.state.awaited = None
    form = turn.library.forms[FORM]
    wish = Wish(unit=int(kept["unit"]), skill=kept["skill"], wish=kept["wish"], note=note)
    visit = followups.ask(
        turn.tx,
        wish,
        skills=[choice.name for choice in form["skills"].choices],
        person=turn.speaker.person,
        now=turn.now,
        today=turn.today,
    )
    _ = turn.say
    found = followups.of_resident(turn.tx, visit, turn.speaker.person)
    assert found
    what = f"{visit_words.line(found, form, turn.words)} · {_(visit_words.WISHES[found.wish])}"
    lines = (
        "🤝 " + _("Noted: {what}. Somebody of the team will call on you; you are told here who.", what=what),
        _("Nobody of the team ever asks for an OTP, a password or money."),
    )
    return Reply(
        text="\n".join(lines),
        choices=(
            Choice(_("No longer needed"), make(NAME, f"drop={visit}")),
            Choice(_("Ask for something else"), make(NAME, "new")),
            menu.home(turn),
        ),
    )


def drop(turn: Turn, visit: str) -> Reply:
    """The help is not needed any more."""
    number = read_number(visit)
    followups.cancel(turn.tx, number, person=turn.speaker.person, now=turn.now)
    shown = menu.choices(turn)
    return Reply(text="🤝 " + turn.say("Crossed out. Ask again at any time with “help me”."), choices=shown)


def _known(kept: dict[str, str]) -> dict[str, str]:
    """What was answered, or known beforehand."""
    return {name: kept[name] for name in STEPS if name in kept}


def _without_last(kept: dict[str, str]) -> dict[str, str]:
    """The same without the answer before the present step, which is asked again."""
    known = _known(kept)
    before = [name for name in STEPS[: STEPS.index(kept["step"])] if name in known] if "step" in kept else []
    return {name: known[name] for name in known if name not in before[-1:]}


def _offered(turn: Turn, step: str) -> list[tuple[str, str]]:
    """(label, value) of everything that may be tapped."""
    match step:
        case "unit":
            return [(place.label, str(place.id)) for place in followups.places(turn.tx, turn.today)]
        case "skill":
            choices = turn.library.forms[FORM]["skills"].choices
            return [(choice.label.in_locale(turn.locale), choice.name) for choice in choices]
        case "wish":
            return [(turn.say(visit_words.WISHES[name]), name) for name in WISHES]
    return []


def _read(turn: Turn, step: str, text: str) -> object:
    places = followups.places(turn.tx, turn.today) if step == "unit" else ()
    context = Context(today=turn.today, locale=turn.locale, places=places)
    if step == "unit":
        return answers.typed(_PLACE, text, context)
    if step == "skill":
        chosen = turn.library.forms[FORM]["skills"]
        return next(iter(answers.typed(chosen, text.lstrip(", ").partition(",")[0], context)))
    wish = answers.match_choice(text, tuple(Choice(label, value) for label, value in _offered(turn, step)))
    if wish is None:
        raise AnswerRejected(
            N_("“{text}” is not one of the choices. Tap a button, or type its number or its words."),
            text=answers.quote(text),
        )
    return wish.payload

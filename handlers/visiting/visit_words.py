"""A visit in words: where, what for, when it suits."""

from collections.abc import Iterable, Mapping

from bot.core.errors import N_
from bot.core.forms import Form
from bot.services.visit_views import Visit
from bot.words import Words

WISHES: Mapping[str, str] = {
    "morning": N_("In the morning"),
    "afternoon": N_("In the afternoon"),
    "weekend": N_("At the weekend"),
    "any": N_("At any time"),
}


def skills(names: Iterable[str], form: Form, words: Words) -> str:
    """What is to be shown: "VNeID, Dịch vụ công"."""
    labels = {choice.name: choice.label.in_locale(words.locale) for choice in form["skills"].choices}
    return ", ".join(labels.get(name, name) for name in names)


def line(visit: Visit, form: Form, words: Words) -> str:
    """One line: "Thôn 3 · VNeID"."""
    return " · ".join(part for part in (visit.place, skills(visit.skills, form, words)) if part)


def label(visit: Visit, form: Form, words: Words) -> str:
    """A button: "Việc 12 · Thôn 3 · VNeID"; one's own begin with a tick, others' end with a name."""
    tick = "✓ " if visit.mine else ""
    taken = "" if visit.mine or visit.status != "taken" else f" · {visit.taker or words.say('somebody')}"
    return tick + words.say("Visit {n}", n=str(visit.id)) + " · " + line(visit, form, words) + taken

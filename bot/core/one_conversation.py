"""Two conversations of persons who became one."""

from dataclasses import replace

from bot.core.conversation import State
from bot.core.forms import FormState


def united(mine: State, other: State) -> State:
    """The conversation of who is speaking, with what the other one had open: the newest report stays open.

    What else was open or put aside is put aside, the newest first. Nothing else that waits for a text is taken over: it
    was asked in another chat.
    """
    begun = _newest_first(mine.form, other.form)
    aside = [*begun[1:], *_newest_first(mine.draft, other.draft, *mine.shelf, *other.shelf)]
    return replace(
        mine,
        form=begun[0] if begun else None,
        draft=aside[0] if aside else None,
        shelf=tuple(aside[1:]),
        lesson=mine.lesson or other.lesson,
        wizard=mine.wizard or other.wizard,
        taught=mine.taught or other.taught,
    )


def _newest_first(*forms: FormState | None) -> list[FormState]:
    return sorted((form for form in forms if form), key=lambda form: form.said_at, reverse=True)

"""Where a person is in the dialogue: plain data, written back after every turn."""

from dataclasses import asdict, dataclass
from typing import Any

from bot.core.forms import FormState
from bot.core.messages import Choice

SHELVED = 3  # forms that wait behind the draft, the newest


@dataclass(slots=True, kw_only=True)
class LessonState:
    """A lesson under way: which card, or which question."""

    lesson: str
    step: int = 0  # index into steps, then into quiz items
    right: int = 0
    fallback: bool = False  # the fallback of this step was shown already


@dataclass(slots=True, kw_only=True)
class State:
    """Everything the next turn must know."""

    form: FormState | None = None
    draft: FormState | None = None  # a form that was put aside
    shelf: tuple[FormState, ...] = ()  # more of these, the newest first; each becomes the draft when there is none
    lesson: LessonState | None = None
    menu: tuple[Choice, ...] = ()  # what was offered last, so that a number or its words can choose
    menu_contact: int = 0  # the chat in which it was offered: numbers mean nothing elsewhere
    held: dict[str, str] | None = None  # what was said before consent was asked for; it goes on after "Đồng ý"
    question: str = ""  # the last question answered, for "nguồn?" and follow-ups
    answer: dict[str, Any] | None = None  # the last one: {"key": of what was told, "not": [keys that were not meant]}
    awaited: dict[str, Any] | None = None  # what the next text is for: {"for": a name of buttons.AWAITED, …}
    taught: bool = False  # how to choose without buttons was said
    wizard: dict[str, Any] | None = None  # what a command of several steps has heard so far: {"name": whose, …}

    def put_aside(self) -> None:
        """The open form becomes the draft and waits until it is wanted; a draft that waits already waits behind it."""
        if self.form is not None:
            self.shelf = tuple(each for each in (self.draft, *self.shelf) if each)[:SHELVED]
            self.draft, self.form = self.form, None

    def wizard_of(self, name: str) -> dict[str, Any] | None:
        """What the command of that name has heard so far; None when it asks for nothing just now."""
        return self.wizard if self.wizard and self.wizard["name"] == name else None

    def end_wizard(self) -> None:
        """The command of several steps is over, and no text is awaited."""
        self.wizard = self.awaited = None

    def to_json(self) -> dict[str, Any]:
        """As stored; what is empty is left out."""
        data: dict[str, Any] = {}
        if self.form:
            data["form"] = self.form.to_json()
        if self.draft:
            data["draft"] = self.draft.to_json()
        if self.shelf:
            data["shelf"] = [each.to_json() for each in self.shelf]
        if self.lesson:
            data["lesson"] = asdict(self.lesson)
        if self.menu:
            data["menu"] = [[choice.label, choice.payload, choice.numbered] for choice in self.menu]
        for name in ("menu_contact", "held", "question", "answer", "awaited", "taught", "wizard"):
            if value := getattr(self, name):
                data[name] = value
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "State":
        """What `to_json` gave; unknown keys of a newer program are ignored. A shelved form comes when there is room."""
        form, lesson = data.get("form"), data.get("lesson")
        aside = [FormState(**each) for each in (data.get("draft"), *data.get("shelf", ())) if each]
        return cls(
            form=FormState(**form) if form else None,
            draft=aside[0] if aside else None,
            shelf=tuple(aside[1:]),
            lesson=LessonState(**lesson) if lesson else None,
            menu=tuple(Choice(*choice) for choice in data.get("menu", ())),
            menu_contact=data.get("menu_contact", 0),
            held=data.get("held"),
            question=data.get("question", ""),
            answer=data.get("answer"),
            awaited=data.get("awaited"),
            taught=data.get("taught", False),
            wizard=data.get("wizard"),
        )

"""What editors write, as frozen values: facts, lessons, dates and their sources. Loaded by bot.library."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Role = Literal["resident", "volunteer", "coordinator"]
ROLES: tuple[Role, ...] = ("resident", "volunteer", "coordinator")


class Content(BaseModel):
    """Frozen, and strict about unknown keys: a misspelt key is a fault, not a silence."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Bilingual(Content):
    """Words shown to people inside content: Vietnamese always, English where it exists."""

    vi: Text
    en: str = ""

    def in_locale(self, locale: str) -> str:
        """The words in that language, Vietnamese when there are none."""
        return (self.en or self.vi) if locale == "en" else self.vi


class Source(Content):
    """Where something stands: one of the five documents, or a public page read on a date."""

    id: Text
    title: Text
    publisher: str = ""
    date: dt.date | None = None  # the document's own date
    date_text: str = ""  # how that date is said, when it is no plain day
    address: str = ""
    short: Text  # how an answer names it: "Thông báo 56/TB-VPCP, 23/2/2025"


class FactKind(StrEnum):
    """How a statement may be told."""

    PRESENT = "present"  # a rule or principle that still holds
    DATED = "dated"  # a figure or event of its day
    TARGET = "target"  # a goal that was set; `due` says for when, the documents give no result
    BRIEF = "brief"  # only from a teaser beside an article: told as unchecked


class Fact(Content):
    """One statement in our own words."""

    id: Text
    statement: Text
    label: Text  # at most 40 characters: how it is offered as a choice
    topic: Text
    kind: FactKind
    as_of: Text  # sortable: "2025-02-06", "2024", "2022-Q1", …
    as_of_text: Text  # as it is said after "Tính đến": "đầu tháng 2/2025"
    source: Text  # Source.id
    line: int | None = None
    due: dt.date | None = None  # targets only
    figures: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()  # words that ask for exactly this period: "2022", "quý I/2022"
    keywords: tuple[str, ...] = ()  # words people use that the statement lacks; no whole questions
    audience: tuple[Role, ...] = ROLES
    legal_ref: str = ""
    replaced_by: str = ""  # Fact.id that holds now
    caution: str = ""  # said with the answer: what the figure does not mean
    note: str = ""  # for editors only


class Step(Content):
    """One card of a lesson: one action."""

    text: Text
    fallback: str = ""  # what "Chưa được" gives
    line: int = 0


class QuizItem(Content):
    """One question with exactly one right choice."""

    question: Text
    choices: tuple[Text, ...] = Field(min_length=2, max_length=4)
    right: int
    explanation: Text
    facts: tuple[str, ...] = ()
    line: int = 0


class Lesson(Content):
    """A short lesson: cards, then three questions."""

    id: Text
    track: Text
    title: Text
    minutes: int = Field(ge=1, le=15)
    skill: str = ""  # the skill it trains, for review
    sources: tuple[str, ...] = Field(min_length=1)  # Source.id
    checked_on: dt.date
    facts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    audience: tuple[Role, ...] = ROLES
    picture_alt: str = ""  # what pictures/<id>.svg shows, in words
    steps: tuple[Step, ...] = Field(min_length=1)
    quiz: tuple[QuizItem, ...] = Field(min_length=1)
    do_now: str = ""
    caution: str = ""


class Track(Content):
    """A row of lessons for one kind of learner."""

    id: Text
    title: Bilingual
    audience: tuple[Role, ...] = ROLES
    lessons: tuple[str, ...]


class CampaignStep(Content):
    """What the reminder of one lead brings beside its words."""

    lead: int  # days before; -1 is the day after
    kind: Literal["lesson", "plan", "quiz", "thanks"]
    lesson: str = ""  # of lesson and quiz: Lesson.id
    text: Bilingual  # said below the reminder's own words; of thanks: {year}, {reports}, {households}, {people}
    items: tuple[Bilingual, ...] = ()  # of a plan: what is to be settled
    audience: tuple[Role, ...] = ROLES


class Theme(Content):
    """The theme of one year's day, once it is announced: no theme without a source."""

    year: int
    text: Bilingual
    source: Text


class DateRule(Content):
    """A date people should know of: shown in /hanchot, reminded when `lead_days` says so."""

    id: Text
    title: Bilingual
    todo: Bilingual  # what to do about it
    topic: Literal["national", "target", "team"] = "national"  # what people follow, or do not
    recurrence: Literal["once", "weekly", "monthly", "quarterly", "yearly"] = "once"
    day: dt.date  # the first occurrence; the others fall on the same day of the week, month or year
    until: dt.date | None = None  # no occurrence after this day
    skip: tuple[dt.date, ...] = ()  # occurrences that do not take place
    day_text: str = ""  # how the documents say it, when precision is less than a day
    precision: Literal["day", "month", "quarter", "year"] = "day"  # only a day is ever reminded
    lead_days: tuple[int, ...] = ()  # empty: never reminded
    lead_todo: dict[int, Bilingual] = {}  # what to do at that lead, instead of `todo`
    resident_todo: Bilingual | None = None  # what residents can do; empty: as everybody
    campaign: tuple[CampaignStep, ...] = ()
    themes: tuple[Theme, ...] = ()
    audience: tuple[Role, ...] = ROLES
    province: str = ""  # only for teams of this province; empty: everybody
    urgent: bool = False  # goes out in the Tết break and in a team's pause too, and before the others
    status: Literal["in-force", "draft"] = "in-force"
    source: Text
    facts: tuple[str, ...] = ()
    note: str = ""

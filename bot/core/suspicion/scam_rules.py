"""What editors write for the scam check, as frozen values: signs, names that only their owners may carry, advice."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.core.content import Bilingual, Content, Text

Phrase = Annotated[str, StringConstraints(min_length=2, strip_whitespace=True)]
Trick = Literal["look-alike", "state-name", "number", "foreign-letters", "hidden-name"]
Moment = Literal["seen", "unseen", "report"]


class ScamSign(Content):
    """One thing that frauds have in common: what is looked for, what is said about it, what to do instead.

    Any one of `words` (near one of `near`, when there are any; not after one of `unless`), of `domains`, `endings` or
    `tricks` is enough.
    """

    id: Text
    weight: int = Field(ge=1, le=3)  # 1: a hint, counts beside another sign; 2: a sign; 3: a strong one
    words: tuple[Phrase, ...] = ()
    near: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()
    domains: tuple[str, ...] = ()  # "bit.ly", or an ending: ".top"
    endings: tuple[str, ...] = ()  # of files: ".apk"
    tricks: tuple[Trick, ...] = ()  # of addresses
    seen: Bilingual  # what is said: "Xin mã OTP hoặc mật khẩu"
    todo: Bilingual  # the step that harms nobody
    lesson: str = ""  # Lesson.id
    source: Text  # Source.id
    checked_on: dt.date


class Owner(Content):
    """A public body or bank: its addresses, and the names that only addresses under them may carry."""

    id: Text
    title: Bilingual
    addresses: tuple[str, ...] = Field(min_length=1)  # with everything under them: "gov.vn"
    brands: tuple[str, ...] = ()  # small letters without marks: "vneid"
    source: Text  # Source.id
    checked_on: dt.date


class Advice(Content):
    """What is said besides: `seen` when there are signs, `unseen` when there are none, `report`: whom to tell."""

    id: Moment
    text: Bilingual
    source: Text  # Source.id
    checked_on: dt.date

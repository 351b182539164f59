"""Certificates of the team: who has earned one, what it says, whether a shown one is genuine (decision 0033)."""

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from bot.core import certificates as rules
from bot.core.certificates import LONGEST_NAME, Shown
from bot.core.content import Track
from bot.core.errors import N_, KnownError
from bot.core.privacy import mask
from bot.library import Library
from bot.models import Certificate, LessonProgress
from bot.services import learning
from bot.storage import certificates, media
from bot.storage.database import Transaction

LABEL_LIMIT: Final = 40  # characters of a button
BESIDE: Final = " .'’-"  # may stand in a name, beside the letters of the fonts we ship


class CertificateRefused(KnownError):
    """It cannot be given, or not with this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a person is in a track."""

    lessons: int
    finished: int
    questions: int
    right_answers: int
    weakest: tuple[str, ...]  # lessons that are not finished, or have wrong answers; the weakest first

    @property
    def is_finished(self) -> bool:
        """Whether every lesson was taken to its end."""
        return 0 < self.lessons == self.finished

    @property
    def is_earned(self) -> bool:
        """Whether a certificate may be asked for."""
        return self.is_finished and rules.is_earned(right=self.right_answers, questions=self.questions)


class Finding(StrEnum):
    """What checking a code tells."""

    GENUINE = "genuine"
    WITHDRAWN = "withdrawn"
    FORGED = "forged"  # or mistyped, or made with another key


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The finding, and what was signed when it is genuine."""

    finding: Finding
    shown: Shown | None = None


def standing(
    library: Library, track: Track, taken: Mapping[str, LessonProgress], audience: AbstractSet[str]
) -> Standing:
    """How far somebody of that audience is in the track, by the best round of every lesson."""
    lessons = learning.lessons(library, track, audience)
    ended = {each.id: taken[each.id] for each in lessons if each.id in taken and taken[each.id].finished_at}
    right = {each.id: min(ended[each.id].best or 0, len(each.quiz)) for each in lessons if each.id in ended}
    missing = {each.id: len(each.quiz) - right.get(each.id, -1) for each in lessons}
    return Standing(
        lessons=len(lessons),
        finished=len(ended),
        questions=sum(len(each.quiz) for each in lessons),
        right_answers=sum(right.values()),
        weakest=tuple(sorted((name for name in missing if missing[name]), key=lambda name: -missing[name])),
    )


def issue(
    tx: Transaction,
    library: Library,
    track: Track,
    *,
    person: int,
    audience: AbstractSet[str],
    name: str,
    team: str,
    locale: str,
    now: datetime,
    today: date,
) -> Shown:
    """Give a certificate; an older one of the same track holds no more.

    Raises:
        CertificateRefused: it is not earned, or the name cannot be printed.
    """
    found = standing(library, track, learning.progress(tx, person), audience)
    if not audience & set(track.audience) or not found.is_earned:
        raise CertificateRefused(N_("This certificate can be had once every lesson is finished."))
    name = checked_name(name)
    for older in certificates.of_person(tx, person):
        if older.track == track.id:
            withdraw(tx, older.id or 0, now=now)
    row = Certificate(
        person_id=person,
        track=track.id,
        locale=locale,
        title=track.title.in_locale(locale),
        name=name,
        team=team,
        lessons=found.lessons,
        questions=found.questions,
        right_answers=found.right_answers,
        issued_on=today,
        created_at=now,
    )
    return _shown(certificates.add(tx, row))


def checked_name(name: str) -> str:
    """The name as it is printed; may be empty. CertificateRefused when it is too long or no name."""
    masked = mask(" ".join(name.split()))
    name = masked.text
    if len(name) > LONGEST_NAME:
        raise CertificateRefused(
            N_("This name has {n} characters; at most {most} fit. Please type a shorter one."),
            n=len(name),
            most=LONGEST_NAME,
        )
    if masked.kinds or not all(each in BESIDE or "LATIN" in unicodedata.name(each, "") for each in name):
        raise CertificateRefused(
            N_("A name is written in letters, without numbers and signs. Please type only the name: Nguyễn Thị Lan")
        )
    return name


def may_be_printed(name: str) -> bool:
    """Whether the name a platform tells is one as it is, and fits a button."""
    try:
        return checked_name(name) == name and len(name) <= LABEL_LIMIT
    except CertificateRefused:
        return False


def mine(tx: Transaction, person: int, number: int) -> Shown:
    """A certificate of this very person that holds. CertificateRefused when there is none."""
    row = next((row for row in certificates.of_person(tx, person) if row.id == number), None)
    if row is None:
        raise CertificateRefused(N_("There is no such certificate of yours any more."))
    return _shown(row)


def of_number(tx: Transaction, number: int) -> Shown:
    """What a certificate that holds says. KeyError when there is none."""
    row = certificates.find(tx, number)
    if row is None or row.withdrawn_at:
        raise KeyError(number)
    return _shown(row)


def check(tx: Transaction, keys: Sequence[bytes], code: str) -> Checked:
    """Whether the code on a certificate is ours, over everything it shows; also one of a former key."""
    read = rules.read_code(code)
    row = certificates.find(tx, read[0]) if read else None
    if read is None or row is None:
        return Checked(finding=Finding.FORGED)
    if row.withdrawn_at:
        return Checked(finding=Finding.WITHDRAWN)
    shown = _shown(row)
    if not any(rules.is_genuine(key, shown, read[1]) for key in keys):
        return Checked(finding=Finding.FORGED)
    return Checked(finding=Finding.GENUINE, shown=shown)


def withdraw(tx: Transaction, number: int, *, now: datetime, forget: bool = False) -> None:
    """A certificate holds no more, and its files are gone; `forget`: name, team and person are erased too."""
    certificates.withdraw(tx, number, now=now, forget=forget)
    media.delete_made_from(tx, f"certificate:{number}")


def withdraw_all(tx: Transaction, person: int, *, now: datetime) -> None:
    """For who has their data erased: every certificate ever given to them."""
    for row in certificates.all_of_person(tx, person):
        withdraw(tx, row.id or 0, now=now, forget=True)


def _shown(row: Certificate) -> Shown:
    return Shown(
        number=row.id or 0,
        title=row.title,
        name=row.name,
        team=row.team,
        lessons=row.lessons,
        questions=row.questions,
        right_answers=row.right_answers,
        issued_on=row.issued_on,
        locale=row.locale,
    )

"""Everything about a person is erased, at once: see docs/decisions/0037 for what stays, and why.

What stays names nobody: proofs of consent, counts of reports, what a team published. Only who has the program's key
and knows the chat can find the proofs again.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

import structlog

from bot.core.errors import N_, KnownError
from bot.core.people import Speaker
from bot.core.signing import sign
from bot.library import Library
from bot.services import certificates, followups
from bot.services.personal_data import data_requests
from bot.storage import areas, erasing, people, personal_data, scrubbing, tombstones
from bot.storage import certificates as papers
from bot.storage import followups as visits
from bot.storage.database import Transaction
from bot.storage.erasing import Chat, Gone
from bot.storage.tombstones import Tombstone

FAREWELL: Final = timedelta(days=1)  # how long a chat is known after it, for platforms that deliver twice
log = structlog.get_logger(__name__)


def last_of(tx: Transaction, person: int) -> list[str]:
    """The teams that nobody else coordinates, by name: they need somebody first."""
    found = []
    for role in people.memberships(tx, person):
        if role.role != "coordinator":
            continue
        areas.lock_team(tx, role.team)
        others = [member for member, _ in people.members_of(tx, role.team) if member.person_id != person]
        if others and not any(member.role == "coordinator" for member in others):
            found.append(role.team_name)
    return found


def erase(tx: Transaction, library: Library, speaker: Speaker, *, key: bytes, now: datetime, today: date) -> Speaker:
    """Erase who is speaking; somebody new, who has agreed to nothing, uses the chat afterwards.

    KnownError, and nothing is changed, for the last coordinator of a team that has other members.
    """
    if teams := last_of(tx, speaker.person):
        raise KnownError(
            N_(
                "You are the last coordinator of {teams}. First hand this over to somebody with “team”, "
                "then everything can be erased."
            ),
            teams=", ".join(teams),
        )
    fresh = tombstones.add_person(tx, locale=speaker.locale, now=now)
    erase_person(tx, library, speaker.person, key=key, now=now, today=today, here=(speaker.contact, fresh))
    return Speaker(
        person=fresh,
        contact=speaker.contact,
        name="",
        locale=speaker.locale,
        address="",
        quiet=False,
        channel=speaker.channel,
        bot=speaker.bot,
        chat=speaker.chat,
        new=True,
    )


def erase_person(
    tx: Transaction,
    library: Library,
    person: int,
    *,
    key: bytes,
    now: datetime,
    today: date,
    here: tuple[int, int] = (0, 0),
    at: datetime | None = None,
) -> None:
    """The same for anybody. `here`: the chat that says farewell, and who uses it then. `at`: when it was done first."""
    erasing.lock(tx, person)
    gone = Gone(person=person, nobody=erasing.add_nobody(tx), chats=erasing.chats_of(tx, person), here=here[0])
    data_requests.log_done(tx, person, "erase", now=now, today=today)
    _settle(tx, library, gone, now)
    if gone.here:
        erasing.hand_on(tx, *here, now)
    erasing.forget_inbound(tx, gone)
    personal_data.erase(tx, gone)
    erasing.empty_person(tx, person)
    erasing.remove_nobody(tx, gone.nobody)
    for chat in gone.chats:
        contact = chat.contact if chat.contact == gone.here else None
        tombstones.add(tx, Tombstone(chat=chat_hash(key, chat), at=at or now), person=person, contact=contact)
    tx.session.expire_all()
    log.info("a person was erased", chats=len(gone.chats), again=at is not None)


def _settle(tx: Transaction, library: Library, gone: Gone, now: datetime) -> None:
    """What others wait for is settled, and words and the name are taken out of rows that stay."""
    names = {row.name for row in people.persons(tx, [gone.person]).values()}
    names |= {row.name for row in papers.all_of_person(tx, gone.person)}
    for visit in visits.wanted_by(tx, gone.person):
        followups.cancel(tx, visit.id or 0, person=gone.person, now=now)
    for visit in visits.taken_by(tx, gone.person):
        _hand_back(tx, visit.id or 0, gone.person, now)
    certificates.withdraw_all(tx, gone.person, now=now)
    people.end_consents(tx, gone.person, None, now)
    scrubbing.stop_broadcasts(tx, gone.person, now)
    scrubbing.forget_media(tx, scrubbing.media_of(tx, gone))
    scrubbing.forget_notes(tx, gone.person, free_texts(library))
    scrubbing.forget_queries(tx, gone.person, now)
    scrubbing.forget_in_audit(tx, gone)
    scrubbing.forget_names(tx, names, gone)


def _hand_back(tx: Transaction, visit: int, person: int, now: datetime) -> None:
    try:
        followups.hand_back(tx, visit, roles=people.memberships(tx, person), person=person, now=now)
    except KnownError:  # no member there any more
        visits.move(tx, visit, expected=["taken"], status="open", taker_id=None, changed_at=now)


def free_texts(library: Library) -> tuple[str, ...]:
    """The questions of all forms that are answered in people's own words."""
    return tuple({each.name for form in library.forms.values() for each in form.survey if each.type == "text"})


def chat_hash(key: bytes, chat: Chat) -> str:
    """What is kept of an erased chat. Without the key nobody can tell whose it was, nor try numbers."""
    return sign(key, "erased", f"{chat.channel}\0{chat.bot}\0{chat.chat}")


def sweep(tx: Transaction, now: datetime) -> int:
    """Forget chats that said farewell a day ago and were silent since; how many."""
    count = 0
    for number, chat, person, at in erasing.waiting_farewells(tx, now - FAREWELL):
        if erasing.is_under_way(tx, chat.contact):
            continue
        erasing.forget_before(tx, chat, at)
        if erasing.wrote_after(tx, chat, at):  # somebody who begins anew
            erasing.settle_farewell(tx, number)
        elif erasing.detach(tx, chat.contact):
            erasing.settle_farewell(tx, number)
            erasing.forget_session(tx, chat)
            erasing.remove(tx, person)
            count += 1
    return count


def reapply(
    tx: Transaction, library: Library, marks: Sequence[Tombstone], *, keys: Sequence[bytes], now: datetime, today: date
) -> int:
    """After a restore: erase again whoever was erased, and has not begun anew since; how many persons.

    `keys`: the program's, the newest first: tombstones of former ones are understood too.
    """
    erased_at = {mark.chat: mark.at for mark in sorted(marks, key=lambda mark: mark.at)}
    found: dict[int, datetime] = {}
    for chat, person, since in tombstones.everybody(tx):
        for key in keys:
            at = erased_at.get(chat_hash(key, chat))
            if at and since < at:
                found[person] = max(at, found.get(person, at))
    for person, at in found.items():
        erase_person(tx, library, person, key=keys[0], now=now, today=today, at=at)
    tombstones.add_missing(tx, marks)
    if found:
        log.warning("erased again what a backup had brought back", persons=len(found))
    return len(found)

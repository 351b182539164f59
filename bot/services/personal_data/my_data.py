"""What is kept about one person, in plain words: counted by kind, and as a file for themselves (decision 0032)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from bot.core.channel import NAMES
from bot.core.errors import N_
from bot.core.people import Membership, Speaker
from bot.library import Library
from bot.services import consents
from bot.storage import areas, erasing, people, personal_data
from bot.storage.database import Transaction
from bot.words import Words

JSON: Final = "application/json"
HTML: Final = "text/html; charset=utf-8"
MOST: Final = 5000  # rows of one kind in a file
PERSON: Final = N_("You")
RECEIVED: Final = N_("Messages received from you")
PURPOSES: Final = {"learn": N_("lessons and answers"), "report": N_("reports"), "remind": N_("reminders")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is kept about a person."""

    name: str
    address: str
    since: datetime
    restricted: bool
    channels: tuple[str, ...]
    roles: tuple[Membership, ...]
    purposes: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]  # (English msgid of the kind, rows), most important first
    received: int


def overview(tx: Transaction, speaker: Speaker, roles: Sequence[Membership]) -> Overview:
    """The numbers of the page."""
    person, chats = personal_data.own_row(tx, speaker.person), erasing.chats_of(tx, speaker.person)
    found = personal_data.counts(tx, speaker.person, [chat.contact for chat in chats])
    kinds = [(personal_data.RULES[name].kind, count) for name, count in found.items()]
    given = people.all_consents(tx, speaker.person)
    held = {each.purpose for each in given if each.withdrawn_at is None and each.version == consents.VERSION}
    return Overview(
        name=person["name"],
        address=person["address"],
        since=person["created_at"],
        restricted=person["restricted_at"] is not None,
        channels=tuple(chat.channel for chat in chats),
        roles=tuple(roles),
        purposes=tuple(each for each in consents.PURPOSES if each in held),
        counts=tuple(kinds),
        received=personal_data.received(tx, chats),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A file about one person, as it is kept until it is fetched."""

    mydata: int
    format: str  # "json" or "html"
    locale: str
    zone: str
    at: str

    @property
    def kind(self) -> str:
        """The content type."""
        return JSON if self.format == "json" else HTML

    @property
    def label(self) -> str:
        """The file's name."""
        return f"du-lieu-cua-toi-{self.at[:10]}.{self.format}"

    def to_json(self) -> dict[str, Any]:
        """As stored; the person first."""
        return {name: getattr(self, name) for name in ("mydata", "format", "locale", "zone", "at")}


def make(tx: Transaction, library: Library, order: Order) -> bytes:
    """The file, as the data are now. KeyError when the person's data were erased."""
    chats = erasing.chats_of(tx, order.mydata)
    if not chats:
        raise KeyError(order.mydata)
    contacts, words = [chat.contact for chat in chats], library.words[order.locale]
    parts: list[tuple[str, str, list[dict[str, Any]]]] = [(PERSON, "person", [personal_data.own_row(tx, order.mydata)])]
    for name in list(personal_data.RULES)[::-1]:
        kind = personal_data.RULES[name].kind
        found = personal_data.rows(tx, name, order.mydata, contacts, MOST) if kind else []
        if found:
            parts.append((kind, name, found))
    parts.append((RECEIVED, "inbox", personal_data.inbound(tx, chats, MOST)))
    if order.format == "json":
        return _json(order, parts, words)
    return _html(order, parts, words, _Names(tx, date.fromisoformat(order.at[:10])))


def _json(order: Order, parts: Sequence[tuple[str, str, list[dict[str, Any]]]], words: Words) -> bytes:
    data = {
        "program": "Từng Ngõ",
        "made_at": order.at,
        "data": [{"what": words.say(kind), "column": name, "rows": rows} for kind, name, rows in parts],
    }
    return orjson.dumps(data, option=orjson.OPT_INDENT_2)


def _html(order: Order, parts: Sequence[tuple[str, str, list[dict[str, Any]]]], words: Words, names: "_Names") -> bytes:
    zone, at = ZoneInfo(order.zone), datetime.fromisoformat(order.at)
    title, made = words.say("My data at Từng Ngõ"), words.say("Made on {day}.", day=at.astimezone(zone).date())
    note = words.say("Nobody else got this file. Who opens it can read what stands in it: keep it well.")
    pieces = [
        f'<!doctype html><html lang="{order.locale}"><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>",
        f"<p>{escape(made)} {escape(note)}</p>",
    ]
    for kind, _, rows in parts:
        pieces.append(f"<h2>{escape(words.say(kind))} ({len(rows)})</h2>")
        pieces += [_row(row, words, zone, names) for row in rows]
    return "\n".join(pieces).encode()


def _row(row: Mapping[str, Any], words: Words, zone: ZoneInfo, names: "_Names") -> str:
    shown = [
        (LABELS.get(name, name), _value(name, value, words, zone, names))
        for name, value in row.items()
        if value not in (None, "", [], {})
    ]
    lines = "".join(f"<dt>{escape(words.say(label))}<dd>{escape(value)}" for label, value in shown)
    return f"<dl>{lines}</dl>"


def _value(name: str, value: Any, words: Words, zone: ZoneInfo, names: "_Names") -> str:  # noqa: PLR0911  a case a line
    match value:
        case datetime():
            return f"{words.day(value.astimezone(zone).date())} {value.astimezone(zone):%H:%M}"
        case bool():
            return words.say("yes") if value else words.say("no")
        case int() if name in ("team_id", "unit_id"):
            return names.team(value) if name == "team_id" else names.unit(value)
        case str() if name in ("purpose", "channel", "role"):
            return words.say({**PURPOSES, **NAMES, **_ROLES}.get(value, value))
        case dict() if name == "body":
            return str(value.get("text", ""))
        case dict() | list():
            return orjson.dumps(value).decode()
    return words.show(value)


class _Names:
    """Teams and places by their names."""

    def __init__(self, tx: Transaction, today: date) -> None:
        self._tx, self._today = tx, today
        self._units: dict[int, str] = {}

    def team(self, team: int) -> str:
        """A team's name."""
        found = areas.get_team(self._tx, team)
        return found.name if found else str(team)

    def unit(self, unit: int) -> str:
        """A place's name."""
        if unit not in self._units:
            around = areas.map_around(self._tx, [unit])
            self._units[unit] = around.areas[unit].name_on(self._today).label
        return self._units[unit]


_ROLES: Final = {"volunteer": N_("volunteer"), "coordinator": N_("coordinator")}
_STYLE: Final = (
    "body{font:18px/1.5 sans-serif;max-width:44em;margin:1em auto;padding:0 1em}"
    "dl{border-top:1px solid #999;margin:0;padding:.5em 0}dt{font-weight:bold}dd{margin:0 0 .3em;word-break:break-word}"
)
_WHEN, _LATER, _UNTIL, _NUMBER = N_("When"), N_("Last changed"), N_("Until"), N_("Number")
_SUBJECT, _STATE, _WORDS = N_("About"), N_("State"), N_("Words")
LABELS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("created_at", "asked_at", "given_at", "made_at", "marked_at", "told_at", "muted_at", "since", "at", "said_at"),
        _WHEN,
    ),
    **dict.fromkeys(
        ("settled_at", "done_at", "finished_at", "sent_at", "changed_at", "updated_at", "corrected_at", "confirmed_at"),
        _LATER,
    ),
    **dict.fromkeys(("until", "ends_at", "expires_at", "expires_on"), _UNTIL),
    **dict.fromkeys(("withdrawn_at",), N_("Withdrawn")),
    **dict.fromkeys(("subject", "fact", "lesson", "skill", "rule", "skills", "title", "segment"), _SUBJECT),
    **dict.fromkeys(("status", "verdict", "state", "reason"), _STATE),
    **dict.fromkeys(("text", "body", "question", "kept", "wish"), _WORDS),
    **dict.fromkeys(("number", "report_id", "broadcast_id"), _NUMBER),
    "answer": N_("Answer"),
    "answers": N_("Answers"),
    "note": N_("Note"),
    "source": N_("Source"),
    "name": N_("Name"),
    "address": N_("Form of address"),
    "locale": N_("Language"),
    "quiet": N_("No messages that you did not ask for"),
    "restricted_at": N_("Not used since"),
    "team_id": N_("Team"),
    "team": N_("Team"),
    "unit_id": N_("Place"),
    "role": N_("Role"),
    "purpose": N_("Purpose"),
    "version": N_("Version"),
    "channel": N_("Channel"),
    "chat": N_("Chat number"),
    "received_at": N_("Received"),
    "day": N_("Day"),
    "year": N_("Year"),
    "kind": N_("Kind"),
    "action": N_("Kind"),
    "before": N_("Before"),
    "after": N_("After"),
    "due_at": N_("Due"),
    "answer_by": N_("To be answered by"),
    "finish_by": N_("To be done by"),
    "occurrence": N_("Day"),
    "right_answers": N_("Right answers"),
    "best": N_("Best round"),
    "step": N_("Step"),
    "lessons": N_("Lessons"),
    "issued_on": N_("Day"),
    "reviewed_at": _LATER,
    "stability": N_("How well it is remembered"),
    "difficulty": N_("How hard it is"),
    "leads": N_("Days before"),
    "quiet_from": N_("Quiet from (minutes of the day)"),
    "quiet_to": N_("Quiet until (minutes of the day)"),
    "weekends": N_("Reminders on weekends"),
    "unreachable_at": N_("Takes no messages since"),
    "preferred_at": N_("Chosen for messages on"),
    "uses_left": N_("Uses left"),
    "first": N_("From"),
    "last": N_("Until"),
    "old": N_("Before"),
    "new": N_("After"),
    "as_of": N_("As of"),
}
"""What columns are called in the file people read; the others keep their names."""

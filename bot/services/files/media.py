"""Pictures and files for people: named when they are promised, made when they are first fetched, kept for days.

A turn only writes down the recipe, so that no message waits for a chart or a workbook; whoever needs the bytes first
(the sender, a page, Zalo's servers) makes them in a thread of its own. See docs/decisions/0015.
"""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.core.errors import DatabaseAway
from bot.library import Library
from bot.models import Media
from bot.services import summary
from bot.services.files import certificate_paper, charts, exports, lesson_sheet, papers
from bot.services.personal_data import my_data
from bot.storage import media
from bot.storage.database import Database, Transaction

KEPT: Final = timedelta(days=14)
KEPT_OWN: Final = timedelta(days=2)  # what is about one person
NAME_BYTES: Final = 24
NAME_LENGTH: Final = 32  # characters of a name
PNG: Final = "image/png"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A picture or file that is there."""

    kind: str  # content type
    label: str  # file name, as people see it
    content: bytes

    @property
    def is_picture(self) -> bool:
        """Whether it is looked at where it stands; else it is saved."""
        return self.kind == PNG


def promise(
    tx: Transaction, *, kind: str, label: str, recipe: Mapping[str, Any], now: datetime, kept: timedelta = KEPT
) -> str:
    """The name under which the picture or file can be had for fourteen days. Who may, was asked before."""
    name = secrets.token_urlsafe(NAME_BYTES)
    media.add(tx, _row(name, kind=kind, label=label, recipe=recipe, now=now, kept=kept))
    return name


def promise_picture(tx: Transaction, svg: str, *, label: str, now: datetime) -> str:
    """The same for a picture drawn as SVG."""
    return promise(tx, kind=PNG, label=label, recipe={"svg": svg}, now=now)


def promise_export(tx: Transaction, order: exports.Order) -> str:
    """The same for an export."""
    recipe = {"export": order.to_json()}
    return promise(tx, kind=exports.KINDS[order.format], label=exports.file_name(order), recipe=recipe, now=order.at)


def promise_paper(tx: Transaction, found: summary.Summary, *, locale: str, zone: ZoneInfo, now: datetime) -> str:
    """The same for a summary as a Word file."""
    recipe = {"paper": summary.as_json(found), "locale": locale, "zone": zone.key}
    return promise(tx, kind=papers.KIND, label=papers.file_name(found), recipe=recipe, now=now)


def paper_name(found: summary.Summary) -> str:
    """What the Word file of a summary is called."""
    return papers.file_name(found)


def promise_drawing(tx: Transaction, library: Library, lesson: str, *, now: datetime) -> str:
    """The drawing of a lesson, the same row for everybody; empty when it has none."""
    svg = library.pictures.get(lesson, "")
    return _share(tx, kind=PNG, label=f"{lesson}.png", recipe={"svg": svg}, version=svg, now=now) if svg else ""


def promise_sheet(tx: Transaction, library: Library, order: lesson_sheet.Order, *, now: datetime) -> str:
    """A lesson on paper, the same row for everybody who gets the same address to scan."""
    recipe = {"sheet": order.lesson, "link": order.link, "locale": order.locale}
    version = f"{order}{library.lessons[order.lesson]}{library.pictures.get(order.lesson)}"
    label = lesson_sheet.file_name(order.lesson)
    return _share(tx, kind=lesson_sheet.KIND, label=label, recipe=recipe, version=version, now=now)


def promise_certificate(tx: Transaction, order: certificate_paper.Order, *, now: datetime) -> str:
    """The same for a certificate, as a picture or a PDF."""
    kind = PNG if order.form == "png" else lesson_sheet.KIND
    return promise(tx, kind=kind, label=certificate_paper.file_name(order), recipe=order.to_json(), now=now)


def promise_my_data(tx: Transaction, order: my_data.Order, *, now: datetime) -> str:
    """The same for everything that is kept about one person, for two days."""
    return promise(tx, kind=order.kind, label=order.label, recipe=order.to_json(), now=now, kept=KEPT_OWN)


async def load(database: Database, library: Library, name: str) -> File | None:
    """The picture or file of that name, made now if nobody fetched it before; None when there is none."""
    return await asyncio.to_thread(load_now, database, library, name)


def load_now(database: Database, library: Library, name: str) -> File | None:
    """The same, waiting here."""
    if len(name) != NAME_LENGTH:
        return None
    found = database.read_now(lambda tx: media.find(tx, name))
    if found is None:
        return None
    content = found.content
    if content is None:
        try:
            content = made = _make(database, library, found)
        except KeyError:
            return None  # what it is made from is no more
        with suppress(DatabaseAway):  # it is shown all the same, and made again by who fetches it next
            database.write_now(lambda tx: media.keep(tx, name, made))
    return File(kind=found.kind, label=found.label, content=content)


def forget_old(tx: Transaction, now: datetime) -> int:
    """Delete what was kept long enough; how many."""
    return media.delete_expired(tx, now)


def _share(tx: Transaction, *, kind: str, label: str, recipe: Mapping[str, Any], version: str, now: datetime) -> str:
    """Like `promise` for what anybody may have: one row, however many get it, as long as its version is the same."""
    digest = hashlib.sha256(f"{kind}\0{version}".encode()).digest()[:NAME_BYTES]
    name = base64.urlsafe_b64encode(digest).decode()
    row = _row(name, kind=kind, label=label, recipe=recipe, now=now, kept=KEPT)
    row.origin = "shared"
    media.share(tx, row)
    return name


def _row(name: str, *, kind: str, label: str, recipe: Mapping[str, Any], now: datetime, kept: timedelta) -> Media:
    of, value = next(iter(recipe.items()))
    return Media(
        name=name,
        kind=kind,
        label=label,
        origin=f"{of}:{value}" if of == "certificate" else of,
        recipe=dict(recipe),
        created_at=now,
        expires_at=now + kept,
    )


def _make(database: Database, library: Library, found: Media) -> bytes:
    """The bytes. KeyError when what they are made from is gone."""
    recipe: Mapping[str, Any] = found.recipe
    if svg := recipe.get("svg"):
        return charts.draw(svg)
    if paper := recipe.get("paper"):
        words = library.words[recipe["locale"]]
        return papers.make(summary.read(paper), library.forms[exports.FORM], words, ZoneInfo(recipe["zone"]))
    if lesson := recipe.get("sheet"):
        wanted = lesson_sheet.Order(lesson=lesson, link=recipe["link"], locale=recipe["locale"])
        return lesson_sheet.make(library, wanted, at=found.created_at)
    if recipe.get("certificate"):
        ordered = certificate_paper.Order.from_json(recipe)
        return database.read_now(lambda tx: certificate_paper.make(tx, library, ordered))
    if recipe.get("mydata"):
        mine = my_data.Order(**recipe)
        return database.read_now(lambda tx: my_data.make(tx, library, mine))
    order = exports.Order.from_json(recipe["export"])
    return database.read_now(lambda tx: exports.make(tx, library, order))

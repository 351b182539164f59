"""Reports of a period as a file: XLSX or CSV, row by row, so that a hundred thousand of them need no more memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any, BinaryIO, Final, Literal, get_args
from zoneinfo import ZoneInfo

from bot.core.errors import N_, KnownError
from bot.core.forms import Form
from bot.core.official import printable
from bot.core.people import Membership
from bot.core.receipt import receipt_number
from bot.library import Library
from bot.services.files import export_csv, export_xlsx
from bot.services.files.export_table import Cell, Column, Table, Total
from bot.services.permissions import Action, require
from bot.storage import aggregates, areas, exports
from bot.storage.database import Transaction
from bot.words import Words

Format = Literal["xlsx", "csv"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
KINDS: Final[Mapping[Format, str]] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
FORM: Final = "outreach"
SHEET: Final = 1_000_000  # reports an Excel sheet takes, with room
MOST: Final = 20_000  # reports of a file that a chat waits for; `tungngo export` has no such limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to export, as it is kept until somebody fetches it."""

    format: Format
    teams: tuple[int, ...]
    first: date
    last: date
    name: str  # whose reports: a team's code, or a commune
    zone: str
    locale: str
    at: datetime  # when it was asked for

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return {
            "format": self.format,
            "teams": list(self.teams),
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "name": self.name,
            "zone": self.zone,
            "locale": self.locale,
            "at": self.at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Order":
        """What `to_json` gave."""
        return cls(
            format=data["format"],
            teams=tuple(data["teams"]),
            first=date.fromisoformat(data["first"]),
            last=date.fromisoformat(data["last"]),
            name=data["name"],
            zone=data["zone"],
            locale=data["locale"],
            at=datetime.fromisoformat(data["at"]),
        )


def order(
    tx: Transaction,
    format_: Format,
    role: Membership,
    *,
    days: tuple[date, date],
    roles: Sequence[Membership],
    zone: ZoneInfo,
    locale: str,
    now: datetime,
) -> tuple[Order, int]:
    """What a coordinator may export of the team, and how many reports it holds. NotAllowed, or KnownError for none."""
    require(roles, Action.EXPORT, role.team)
    first, last = days
    found = exports.number(tx, [role.team], first, last)
    if not found:
        raise KnownError(N_("There is no report between {first} and {last}."), first=first, last=last)
    if found > MOST:
        raise KnownError(N_("That is more than one file can hold. Choose fewer days."))
    made = Order(
        format=format_,
        teams=(role.team,),
        first=first,
        last=last,
        name=role.team_code,
        zone=zone.key,
        locale=locale,
        at=now,
    )
    return made, found


def number(tx: Transaction, wanted: Order) -> int:
    """How many reports the file will hold."""
    return exports.number(tx, wanted.teams, wanted.first, wanted.last)


def file_name(wanted: Order) -> str:
    """What the file is called."""
    return f"phieu-{wanted.name}-{wanted.first}-{wanted.last}.{wanted.format}"


def make(tx: Transaction, library: Library, wanted: Order) -> bytes:
    """The file."""
    out = BytesIO()
    write(tx, library, wanted, out)
    return out.getvalue()


def write(tx: Transaction, library: Library, wanted: Order, out: BinaryIO) -> int:
    """Write the file; how many reports it holds."""
    table = _table(tx, library, wanted)
    return export_xlsx.write(table, out) if wanted.format == "xlsx" else export_csv.write(table, out)


def _table(tx: Transaction, library: Library, wanted: Order) -> Table:
    words, form = library.words[wanted.locale], library.forms[FORM]
    zone = ZoneInfo(wanted.zone)
    found = areas.all_teams(tx)
    labels = aggregates.unit_labels(
        tx, [row.key for row in aggregates.sums(tx, wanted.teams, wanted.first, wanted.last, "unit")]
    )
    names = {team.id or 0: team.name for team in found}
    _ = words.say
    return Table(
        title=_("Reports {first} to {last}", first=wanted.first, last=wanted.last),
        about=(
            _(
                "Made at {time} {day}.",
                time=f"{wanted.at.astimezone(zone):%H:%M}",
                day=wanted.at.astimezone(zone).date(),
            ),
            _("For use inside the team: it holds the names of those who filed. To pass on, use the Word report."),
            _("An empty cell means: not said. It is not zero. An x means: shown, without a number."),
        ),
        sheets=(_("Reports"), _("Totals"), _("Meaning")),
        columns=_columns(form, words),
        rows=_rows(exports.reports(tx, wanted.teams, wanted.first, wanted.last), form, labels, words, zone),
        total_heads=(_("Reports"), _("Households"), _("People"), _("60 or older")),
        totals=tuple(
            (head, _totals(tx, wanted, by, shown))
            for head, by, shown in (
                (_("By team"), "team", names),
                (_("By place"), "unit", labels),
                (_("By day"), "day", {}),
            )
        ),
        meaning_heads=(_("Column"), _("Question"), _("Values")),
        meaning=tuple(_meaning(form, words)),
    )


def _totals(tx: Transaction, wanted: Order, by: Any, shown: Mapping[int, str]) -> tuple[Total, ...]:
    return tuple(
        Total(shown.get(row.key, row.key), row.reports, row.households, row.people, row.elderly)
        for row in aggregates.sums(tx, wanted.teams, wanted.first, wanted.last, by)
    )


def _columns(form: Form, words: Words) -> tuple[Column, ...]:
    _ = words.say
    found = [Column(_("Number"), 16), Column(_("Team"), 22)]
    for question in form.survey:
        short = words.show(question.short)
        if question.type == "select_multiple":
            found += [Column(f"{short}: {words.show(choice.label)}", 12) for choice in question.choices]
        else:
            found.append(Column(short, 30 if question.type == "text" else 14, total=question.type == "integer"))
    return (
        *found,
        Column(_("Filed by"), 18),
        Column(_("Said at"), 17),
        Column(_("Received at"), 17),
        Column(_("Changes"), 9),
    )


def _rows(
    found: Iterator[Any], form: Form, places: Mapping[int, str], words: Words, zone: ZoneInfo
) -> Iterator[tuple[Cell, ...]]:
    labels = {
        question.name: {choice.name: words.show(choice.label) for choice in question.choices}
        for question in form.survey
    }
    labels = {name: {key: printable(label) for key, label in known.items()} for name, known in labels.items()}
    places = {unit: printable(label) for unit, label in places.items()}
    for row in found:
        cells: list[Cell] = [receipt_number(row.code, row.year, row.number), printable(row.team)]
        for question in form.survey:
            answer = row.answers.get(question.name)
            known = labels[question.name]
            match question.type:
                case "date":
                    cells.append(row.day)
                case "place":
                    cells.append(places.get(row.unit_id, ""))
                case "select_one":
                    cells.append(known.get(answer) or printable(answer or ""))
                case "select_multiple":
                    chosen = answer or {}
                    cells += [(chosen[name] or "x") if name in chosen else None for name in known]
                case "integer":
                    cells.append(answer)
                case _:
                    cells.append(printable(answer or ""))
        said, received = (at.astimezone(zone).replace(tzinfo=None) for at in (row.said_at, row.received_at))
        yield (*cells, printable(row.person), said, received, row.version - 1)


def _meaning(form: Form, words: Words) -> Iterator[tuple[str, str, str]]:
    for question in form.survey:
        choices = "; ".join(words.show(choice.label) for choice in question.choices)
        unit = words.show(question.unit) if question.unit else ""
        yield words.show(question.short), words.show(question.label), choices or unit

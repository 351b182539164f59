"""What `tungngo export` does."""

import csv
import sys
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import get_args

from bot import library, logs
from bot.commands.settings import read_settings
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.secret import keyring
from bot.services import totals
from bot.services.files import exports
from bot.services.files.whole_file import whole_file
from bot.settings import Settings
from bot.storage import areas, schema
from bot.storage.aggregates import By
from bot.storage.database import Database, Transaction


def export_reports(*, first: str, last: str, out: Path, format_: str, team: str) -> None:
    """Write the file. SetupFault, one clear line, for a day, a format or a team that is none."""
    wanted_format = next((each for each in exports.FORMATS if each == format_), None)
    if wanted_format is None:
        msg = f"The format {format_!r} is not known. Choose xlsx or csv."
        raise SetupFault(msg)
    days = _days(first, last)
    settings = read_settings()
    database = _open(settings)

    def work(tx: Transaction) -> int:
        order = exports.Order(
            format=wanted_format,
            teams=_teams(tx, team),
            first=days[0],
            last=days[1],
            name=team,
            zone=settings.timezone,
            locale=settings.default_locale,
            at=system_clock(),
        )
        if wanted_format == "xlsx" and exports.number(tx, order) > exports.SHEET:
            msg = f"A sheet takes {exports.SHEET} reports. Choose fewer days, or --format csv."
            raise SetupFault(msg)
        with whole_file(out) as file:
            return exports.write(tx, library.load(settings.content_dir), order, file)

    try:
        count = database.read_now(work)
    except OSError as error:
        msg = f"{out} cannot be written ({error.strerror})."
        raise SetupFault(msg) from None
    finally:
        database.close()
    print(f"{out}: {count} phiếu")


def print_totals(*, first: str, last: str, by: str, team: str, on: str) -> None:
    """Print the sums, comma-separated. SetupFault for a day, a team or a way to add up that is none."""
    wanted = next((each for each in get_args(By) if each == by), None)
    if wanted is None:
        msg = f"--by {by!r} is not known. Choose {', '.join(get_args(By))}."
        raise SetupFault(msg)
    days = _days(first, last)
    map_day = _day("--map", on) if on else days[1]
    with closing(_open(read_settings())) as database:
        found = database.read_now(lambda tx: totals.everything(tx, _teams(tx, team), days=days, by=wanted, on=map_day))
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow((wanted, "reports", "households", "people", "elderly"))
    for row in found:
        out.writerow((row.label, row.reports, row.households, row.people, row.elderly))


def _open(settings: Settings) -> Database:
    logs.set_up(settings.log_level)
    schema.check(settings.database)
    return Database(settings.database, keyring(settings))


def _days(first: str, last: str) -> tuple[date, date]:
    days = _day("--from", first), _day("--to", last)
    if days[0] > days[1]:
        msg = "--from is after --to. Change the two."
        raise SetupFault(msg)
    return days


def _teams(tx: Transaction, name: str) -> tuple[int, ...]:
    known = areas.all_teams(tx)
    found = tuple(team.id or 0 for team in known if name in ("", team.name, team.code))
    if not found:
        names = ", ".join(team.name for team in known) or "none yet"
        msg = f"There is no team {name!r}. Teams: {names}."
        raise SetupFault(msg)
    return found


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"{option} {text!r} is not a day. Write it like 2026-10-01."
        raise SetupFault(msg) from None

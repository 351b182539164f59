"""What `tungngo export` does."""

from datetime import date
from pathlib import Path

from bot import library, logs
from bot.commands import read_settings
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.services import exports
from bot.storage import areas, schema
from bot.storage.database import Database, Transaction


def export_reports(*, first: str, last: str, out: Path, format_: str, team: str) -> None:
    """Write the file. SetupFault, one clear line, for a day, a format or a team that is none."""
    wanted_format = next((each for each in exports.FORMATS if each == format_), None)
    if wanted_format is None:
        msg = f"The format {format_!r} is not known. Choose xlsx or csv."
        raise SetupFault(msg)
    days = _day("--from", first), _day("--to", last)
    if days[0] > days[1]:
        msg = "--from is after --to. Change the two."
        raise SetupFault(msg)
    settings = read_settings()
    logs.set_up(settings.log_level)
    schema.check(settings.database)
    database = Database(settings.database)

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
        with out.open("wb") as file:
            return exports.write(tx, library.load(settings.content_dir), order, file)

    try:
        count = database.read_now(work)
    except OSError as error:
        msg = f"{out} cannot be written ({error.strerror})."
        raise SetupFault(msg) from None
    finally:
        database.close()
    print(f"{out}: {count} phiếu")  # noqa: T201  what a command prints is its result


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

"""What `tungngo simulate` and `tungngo due` do."""

import json
from datetime import date
from typing import Any

from bot import library
from bot.commands.settings import open_database, read_settings
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.services import outlook
from bot.services.outlook import Settled
from bot.services.rehearsals import Line

STATUS = {"sent": "gửi", "joined": "gộp", "moved": "dời", "skipped": "bỏ"}
HOW: dict[str, Settled] = {"sent": "sent", "again": "again", "drop": "drop"}


def simulate(*, first: str, last: str, team: str, as_json: bool) -> int:
    """Print every message that would go out; the number of lines."""
    from scheduler.jobs import Office  # noqa: PLC0415  scheduler stands above commands
    from scheduler.rehearsal import Span, rehearse  # noqa: PLC0415

    days = _day("--from", first), _day("--to", last)
    if days[0] > days[1]:
        msg = "--from is after --to. Change the two."
        raise SetupFault(msg)
    settings = read_settings()
    loaded = library.load(settings.content_dir)
    database = open_database()
    try:
        number = database.read_now(lambda tx: outlook.team_named(tx, team)) if team else None
        office = Office(database=database, library=loaded, zone=settings.zone, clock=system_clock)
        found = rehearse(database, office, Span(first=days[0], last=days[1], team=number))
    finally:
        database.close()
    if as_json:
        print(json.dumps([line.as_dict() for line in found], ensure_ascii=False))
    else:
        show(found)
    return len(found)


def show(found: list[Line]) -> None:
    """The lines for reading by people."""
    for line in found:
        reason = f" ({line.reason})" if line.reason else ""
        head = f"{line.at:%d/%m/%Y %H:%M} · {STATUS[line.status]}{reason} · {line.rule} · {line.to}"
        print(f"{head} · {line.channel}" if line.channel else head)
        for part in line.text.splitlines():
            print(f"    {part}")
    sent = sum(line.status == "sent" for line in found)
    print(f"{sent} tin sẽ gửi, {len(found) - sent} việc gộp, dời hoặc bỏ. Chưa gửi và chưa ghi gì.")


def due(*, days: int, settle: int, how: str, as_json: bool) -> None:
    """Print what waits and what nobody knows the fate of; or settle one of these."""
    database, now = open_database(), system_clock()
    try:
        if settle:
            if how not in HOW:
                msg = f"--as {how!r} is not known. Choose sent, again or drop."
                raise SetupFault(msg)
            database.write_now(lambda tx: outlook.settle(tx, settle, HOW[how], now=now))
            print(f"Tin {settle}: đã ghi là {how}.")
            return
        zone = read_settings().zone
        rows = database.read_now(lambda tx: outlook.listed(tx, now=now, days=days))
    finally:
        database.close()
    if as_json:
        print(json.dumps([_plain(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        at = row.at.astimezone(zone)
        more = [part for part in (row.reason, f"số {row.number}" if row.number else "") if part]
        print(" · ".join((f"{at:%d/%m/%Y %H:%M}", row.state, row.rule, f"người {row.person}", *more)))
    unsure = sum(row.state == "unknown" for row in rows)
    print(f"{len(rows) - unsure} việc đang chờ, {unsure} tin không rõ đã tới chưa.")
    if unsure:
        print("Ghi lại: tungngo due --settle SỐ --as sent|again|drop")


def _plain(row: outlook.Row) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(),
        "state": row.state,
        "rule": row.rule,
        "to": str(row.person),
        "reason": row.reason,
        "number": row.number,
    }


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        msg = f"{option} {text!r} is not a day. Write it like 2027-09-01."
        raise SetupFault(msg) from None

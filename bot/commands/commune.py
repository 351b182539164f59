"""What the commands for a commune do: its places from a file, how they change, invitations."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.commands.settings import open_database, read_settings
from bot.core import area_file
from bot.core.clock import system_clock
from bot.core.errors import SetupFault
from bot.core.people import TeamRole
from bot.services import area_import, areas, invitations, teams
from bot.services.areas import Change
from bot.services.ingestion.reading_files import UnreadableFile, content_of

NAMES = {"web": "Trang web", "telegram": "Telegram"}


def import_areas(path: Path, *, dry_run: bool) -> int:
    """Bring the places of a file into the database; 1 when the file has a fault, and then nothing is kept."""
    try:
        data = content_of(path)
    except UnreadableFile as unreadable:
        msg = f"The file {path.name} cannot be read: {unreadable.reason}."
        raise SetupFault(msg) from None
    rows, faults = area_file.read(data)
    if not faults:
        settings, database, now = read_settings(), open_database(), system_clock()
        today = now.astimezone(settings.zone).date()
        plan = database.write_now(lambda tx: area_import.run(tx, rows, today=today, now=now, dry_run=dry_run))
        database.close()
        faults = plan.faults
    if faults:
        print("\n".join(f"✗ {path.name}, {fault}" for fault in faults))
        print(f"{len(faults)} lỗi, chưa ghi gì vào cơ sở dữ liệu. Sửa rồi chạy lại.")
        return 1
    for line in plan.lines:
        print(line)
    counts = f"{plan.units} đơn vị mới, {plan.teams} tổ mới, {plan.changed} thay đổi, {plan.same} giữ nguyên"
    end = " (chạy thử, chưa ghi gì)" if dry_run else ""
    print(f"Không có gì thay đổi: {plan.same} đơn vị đã có đủ." if plan.nothing else f"{counts}{end}.")
    return 0


def change_areas(wanted: Change) -> None:
    """Write down what became of units."""
    database = open_database()
    before, after = database.write_now(lambda tx: areas.change(tx, wanted, now=system_clock()))
    database.close()
    day = f"{wanted.day:%d/%m/%Y}"
    print(f"{', '.join(before)} → {', '.join(after)}, từ {day}. Phiếu cũ vẫn giữ nơi đã ghi.")


def the_change(
    *, merge: str, split: str, rename: str, into: str, day: date, commune: str, province: str, unit_type: str
) -> Change:
    """What the options say. SetupFault unless exactly one kind of change is wanted."""
    given = {what: text for what, text in (("merge", merge), ("split", split), ("rename", rename)) if text}
    if len(given) != 1:
        msg = "Give exactly one of --merge, --split and --rename."
        raise SetupFault(msg)
    ((what, old),) = given.items()
    return Change(
        what=what, old=_names(old), new=_names(into), day=day, commune=commune, province=province, kind=unit_type
    )


def invite(*, role: TeamRole, team: str, uses: int, days: int, approve: bool, as_json: bool) -> None:
    """Make a code and print it with its links and a picture to scan."""
    settings, database, now = read_settings(), open_database(), system_clock()
    code = database.write_now(
        lambda tx: teams.invite(tx, team=team, role=role, uses=uses, days=days, now=now, approve=approve)
    )
    links = database.read_now(lambda tx: invitations.links(tx, code, settings.public_url))
    database.close()
    if as_json:
        print(json.dumps({"code": code, "links": links}, ensure_ascii=False))
        return
    print(f"Mã: {code}\nGõ mã này vào ô chat, hoặc gửi: /start {code}")
    for channel, link in links.items():
        print(f"{NAMES.get(channel, channel)}: {link}")
    if links:
        print(invitations.text_picture(next(iter(links.values()))))


def _names(text: str) -> Sequence[str]:
    return tuple(name.strip() for name in text.split(",") if name.strip())

"""The command line: names, arguments, help; what is done stands elsewhere."""

import asyncio
import gc
import json
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import content, privacy, reminders
from bot.core.errors import SetupFault
from bot.core.people import TeamRole

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
db = typer.Typer(no_args_is_help=True, help="The database.")
export = typer.Typer(no_args_is_help=True, help="Files to work on elsewhere.")
cli.add_typer(content.content, name="content")
cli.command()(content.script)
cli.add_typer(export, name="export")
cli.add_typer(db, name="db")
lesson = typer.Typer(no_args_is_help=True, help="Lessons on paper.")
cli.add_typer(lesson, name="lesson")
facts = typer.Typer(no_args_is_help=True, help="What people were told.")
cli.add_typer(facts, name="facts")
cli.add_typer(privacy.privacy, name="privacy")
area = typer.Typer(no_args_is_help=True, help="The places of a commune.")
cli.add_typer(area, name="area")

reminders.add_to(cli)


YOUNG = 50_000  # new objects until a collection: modules and content stay, to look through them is in vain


def main() -> None:
    """Run a command; what the operator must mend is one clear line."""
    gc.set_threshold(YOUNG)
    from bot.content.files import ContentFault

    try:
        cli()
    except SetupFault as fault:
        sys.exit(f"tungngo: {fault}")
    except ContentFault as fault:
        sys.exit(f"tungngo: the content has faults; mend them, then start again.\n{fault}")


@cli.command()
def demo() -> None:
    """A made-up commune in a throw-away database, with web chat in the browser for all three roles."""
    from bot.commands import programs

    with programs.demo_program() as program:
        programs.serve(program, label="Từng Ngõ, bản thử với dữ liệu mẫu")


@cli.command()
def run() -> None:
    """Everything in one process: web chat, Telegram by long polling or webhook, sender, scheduler."""
    from bot.commands import programs

    programs.serve(programs.program(create=True))


@cli.command()
def web() -> None:
    """Only what takes messages: pages, webhooks or polling."""
    from bot.commands import programs

    programs.serve(programs.program(), sender=False, scheduler=False)


@cli.command()
def worker() -> None:
    """Only what sends: the outbox and the scheduler. Any number may run."""
    from bot.commands import programs

    programs.serve(programs.program(), web=False)


@cli.command()
def chat(
    as_: Annotated[str, typer.Option("--as", help="In the demo: lan, hoa or minh.")] = "lan",
) -> None:
    """The same dialogue in the terminal, on the demo's commune. Ctrl-D ends it."""
    from bot.commands import programs

    asyncio.run(programs.chat(as_, sys.stdin))


@cli.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="txt, html, md or docx files.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be kept and dropped; store nothing.")
    ] = False,
) -> None:
    """Documents into the searchable store, stripped of page junk; the same paragraph is stored once."""
    from bot.commands import documents

    raise typer.Exit(documents.ingest(files, dry_run=dry_run))


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question, with or without marks.")] = "",
    stdin: Annotated[bool, typer.Option("--stdin", help="One question a line in, one JSON list a line out.")] = False,
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="How many answers at most.")] = 1,
    rank: Annotated[bool, typer.Option("--rank", help="Leave the threshold off: the nearest, however far.")] = False,
) -> None:
    """What the documents say: text, source, as-of date. An empty list means: not in the documents."""
    from bot.commands import documents

    search = documents.open_search()
    if stdin:
        for line in sys.stdin:
            found = search(line.rstrip("\n"), top=top, rank=rank)
            print(json.dumps([each.as_dict() for each in found], ensure_ascii=False), flush=True)
        return
    documents.print_answers(search(question, top=top, rank=rank))


@cli.command()
def invite(
    *,
    role: Annotated[TeamRole, typer.Option("--role", help="What the code gives.")],
    team: Annotated[str, typer.Option("--team", help="Name or code of the team.")],
    uses: Annotated[int, typer.Option("--uses", min=1, max=1000, help="How many people may use it.")] = 1,
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How many days it is good for.")] = 7,
    approve: Annotated[bool, typer.Option("--approve", help="A coordinator lets each one in.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help='Print {"code", "links"}.')] = False,
) -> None:
    """A code that lets people join a team, with links and a QR picture."""
    from bot.commands import commune

    commune.invite(role=role, team=team, uses=uses, days=days, approve=approve, as_json=as_json)


@lesson.command("sheet")
def lesson_sheet(
    name: Annotated[str, typer.Argument(help="The lesson's id, such as L1.")],
    out: Annotated[Path, typer.Option("-o", "--output", help="The PDF to write.")],
) -> None:
    """A lesson as a PDF to print: A5, large type, its drawing, a picture to scan that opens it."""
    from bot.commands import lessons

    lessons.sheet(name, out)


@facts.command("recall")
def facts_recall(
    days: Annotated[int, typer.Option("--days", min=1, max=180, help="How far back people are looked for.")] = 90,
) -> None:
    """Facts that were replaced after people were told them, as counts; coordinators have them corrected in the chat."""
    from bot.commands import facts

    facts.recall(days)


@export.command("reports")
def export_reports(
    first: Annotated[str, typer.Option("--from", help="First day, 2026-10-01.")],
    last: Annotated[str, typer.Option("--to", help="Last day, 2026-12-31.")],
    out: Annotated[Path, typer.Option("-o", "--output", help="The file to write.")],
    format_: Annotated[str, typer.Option("--format", help="xlsx or csv.")] = "xlsx",
    team: Annotated[str, typer.Option("--team", help="Name or code of one team; else all of them.")] = "",
) -> None:
    """Filed reports of some days as an Excel workbook or CSV. It holds volunteers' names, no phone numbers."""
    from bot.commands import exports

    exports.export_reports(first=first, last=last, out=out, format_=format_, team=team)


@export.command("totals")
def export_totals(
    first: Annotated[str, typer.Option("--from", help="First day, 2026-10-01.")],
    last: Annotated[str, typer.Option("--to", help="Last day, 2026-12-31.")],
    by: Annotated[str, typer.Option("--by", help="day, unit, team, commune or province.")] = "commune",
    team: Annotated[str, typer.Option("--team", help="Name or code of one team; else all of them.")] = "",
    on: Annotated[str, typer.Option("--map", help="Units by the map of this day; else of the last day.")] = "",
) -> None:
    """What filed reports of some days add up to, as CSV on the screen; units by the old map or the new."""
    from bot.commands import exports

    exports.print_totals(first=first, last=last, by=by, team=team, on=on)


@db.command()
def upgrade() -> None:
    """Make the database, or bring it to this program's version."""
    from bot.commands import settings

    settings.upgrade()


@area.command("import")
def import_areas(
    file: Annotated[Path, typer.Argument(help="A CSV file, UTF-8; content/samples/don-vi-mau.csv is one.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; keep nothing.")] = False,
) -> None:
    """Units and the teams that cover them; all of the file or nothing; a second time changes nothing."""
    from bot.commands import commune

    raise typer.Exit(commune.import_areas(file, dry_run=dry_run))


@area.command("change")
def change_areas(
    *,
    into: Annotated[str, typer.Option("--into", help='The new name, or names with commas: "Thôn Đoàn Kết".')],
    on: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The first day it holds.")],
    commune: Annotated[str, typer.Option("--commune", help="The commune.")],
    merge: Annotated[str, typer.Option("--merge", help='Units that become one: "Thôn 1,Thôn 2".')] = "",
    split: Annotated[str, typer.Option("--split", help="A unit that becomes several.")] = "",
    rename: Annotated[str, typer.Option("--rename", help="A unit that gets a new name.")] = "",
    province: Annotated[str, typer.Option("--province", help="Where two communes have one name.")] = "",
    unit_type: Annotated[str, typer.Option("--unit-type", help="Type word of the new units: Ấp.")] = "",
) -> None:
    """Units that merge, split or get another name; reports stay where they were made."""
    from bot.commands.commune import change_areas as change
    from bot.commands.commune import the_change

    wanted = the_change(
        merge=merge,
        split=split,
        rename=rename,
        into=into,
        day=on.date(),
        commune=commune,
        province=province,
        unit_type=unit_type,
    )
    change(wanted)


@cli.command()
def backup(
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="The file to write; else one by the time, in DATA_DIR/backups."),
    ] = None,
) -> None:
    """Everything of this moment into one sealed file, while the program runs; read back and compared."""
    from bot.commands import backup

    backup.backup(out)


@cli.command()
def metrics() -> None:
    """What /metrics says, once: of the program that runs here, else what its database says."""
    from bot.commands import metrics

    metrics.run()


@cli.command()
def restore(file: Annotated[Path, typer.Argument(help="What 'tungngo backup' wrote.")]) -> None:
    """A backup into an empty database, all of it or nothing; counted and compared row by row."""
    from bot.commands import backup

    backup.restore(file)


@cli.command()
def doctor() -> None:
    """Tokens, webhooks, quotas, clock, database, content: what is well and what is to be mended; changes nothing."""
    from bot.commands import doctor as examination

    raise typer.Exit(examination.run())


@cli.command()
def settings() -> None:
    """Every setting with its default and meaning, as in the README."""
    from bot.commands import settings

    print(settings.settings_table())


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()

"""The command line: names, arguments, help; what is done stands elsewhere."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.core.errors import SetupFault
from bot.core.people import TeamRole

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
content = typer.Typer(no_args_is_help=True, help="The lessons, facts, forms and dates that editors write.")
db = typer.Typer(no_args_is_help=True, help="The database.")
cli.add_typer(content, name="content")
cli.add_typer(db, name="db")


def main() -> None:
    """Run a command; what the operator must mend is one clear line."""
    from bot.content_yaml import ContentFault

    try:
        cli()
    except SetupFault as fault:
        sys.exit(f"tungngo: {fault}")
    except ContentFault as fault:
        sys.exit(f"tungngo: the content has faults; mend them, then start again.\n{fault}")


@cli.command()
def demo() -> None:
    """A made-up commune in a throw-away database, with web chat in the browser for all three roles."""
    from bot import commands

    with commands.demo_program() as program:
        commands.serve(program, label="Từng Ngõ, bản thử với dữ liệu mẫu")


@cli.command()
def run() -> None:
    """Everything in one process: web chat, Telegram by long polling or webhook, sender, scheduler."""
    from bot import commands

    commands.serve(commands.program(create=True))


@cli.command()
def web() -> None:
    """Only what takes messages: pages, webhooks or polling."""
    from bot import commands

    commands.serve(commands.program(), sender=False, scheduler=False)


@cli.command()
def worker() -> None:
    """Only what sends: the outbox and the scheduler. Any number may run."""
    from bot import commands

    commands.serve(commands.program(), web=False)


@cli.command()
def chat(
    as_: Annotated[str, typer.Option("--as", help="In the demo: lan, hoa or minh.")] = "lan",
) -> None:
    """The same dialogue in the terminal, on the demo's commune. Ctrl-D ends it."""
    from bot import commands

    asyncio.run(commands.chat(as_, sys.stdin))


@cli.command()
def ingest(
    files: Annotated[list[Path], typer.Argument(help="txt, html, md or docx files.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be kept and dropped; store nothing.")
    ] = False,
) -> None:
    """Documents into the searchable store, stripped of page junk; the same paragraph is stored once."""
    from bot import commands

    raise typer.Exit(commands.ingest(files, dry_run=dry_run))


@cli.command()
def ask(
    question: Annotated[str, typer.Argument(help="A question, with or without marks.")] = "",
    stdin: Annotated[bool, typer.Option("--stdin", help="One question a line in, one JSON list a line out.")] = False,
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="How many answers at most.")] = 1,
    rank: Annotated[bool, typer.Option("--rank", help="Leave the threshold off: the nearest, however far.")] = False,
) -> None:
    """What the documents say: text, source, as-of date. An empty list means: not in the documents."""
    from bot import commands

    search = commands.open_search()
    if stdin:
        for line in sys.stdin:
            found = search(line.rstrip("\n"), top=top, rank=rank)
            print(json.dumps([each.as_dict() for each in found], ensure_ascii=False), flush=True)
        return
    commands.print_answers(search(question, top=top, rank=rank))


@cli.command()
def invite(
    role: Annotated[TeamRole, typer.Option("--role", help="What the code gives.")],
    team: Annotated[str, typer.Option("--team", help="Name or code of the team.")],
    uses: Annotated[int, typer.Option("--uses", min=1, max=1000, help="How many people may use it.")] = 1,
    days: Annotated[int, typer.Option("--days", min=1, max=365, help="How many days it is good for.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help='Print {"code", "links"}.')] = False,
) -> None:
    """A code that lets people join a team."""
    from bot import commands

    commands.invite(role=role, team=team, uses=uses, days=days, as_json=as_json)


@content.command()
def check() -> None:
    """Every lesson, fact, form, date and translation, with file and line of each fault."""
    from bot import commands

    raise typer.Exit(commands.check_content())


@db.command()
def upgrade() -> None:
    """Make the database, or bring it to this program's version."""
    from bot import commands

    commands.upgrade()


@db.command("add-team")
def add_team(
    name: Annotated[str, typer.Option("--name", help="Name of the team, as people say it.")],
    code: Annotated[str, typer.Option("--code", help="Short code: the first part of receipt numbers.")],
    commune: Annotated[str, typer.Option("--commune")],
    province: Annotated[str, typer.Option("--province")],
    units: Annotated[
        list[str], typer.Option("--unit", help='A unit it covers, type word first: "Thôn 3". Repeatable.')
    ],
) -> None:
    """A team with the units it covers."""
    from bot import commands

    commands.add_team(name=name, code=code, commune=commune, province=province, units=units)


@cli.command()
def settings() -> None:
    """Every setting with its default and meaning, as in the README."""
    from bot import commands

    print(commands.settings_table())


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()

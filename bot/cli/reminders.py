"""The command line about reminders: names, arguments, help."""

from typing import Annotated

import typer


def add_to(cli: typer.Typer) -> None:
    """Add its commands."""
    cli.command()(simulate)
    cli.command()(due)


def simulate(
    first: Annotated[str, typer.Option("--from", help="First day, 2027-09-01.")],
    last: Annotated[str, typer.Option("--to", help="Last day, 2027-10-12.")],
    team: Annotated[str, typer.Option("--team", help="Name or code of one team; else everybody.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list.")] = False,
) -> None:
    """Every message that would go out, to whom, and which rule moved, joined or skipped it; sends nothing."""
    from bot.commands import reminders

    reminders.simulate(first=first, last=last, team=team, as_json=as_json)


def due(
    days: Annotated[int, typer.Option("--days", min=0, max=400, help="How far ahead.")] = 7,
    settle: Annotated[int, typer.Option("--settle", min=0, help="Number of a message nobody knows the fate of.")] = 0,
    how: Annotated[str, typer.Option("--as", help="sent, again or drop.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list.")] = False,
) -> None:
    """What waits to be sent, and what nobody knows arrived; the latter can be settled."""
    from bot.commands import reminders

    reminders.due(days=days, settle=settle, how=how, as_json=as_json)

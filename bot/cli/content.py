"""The command line for editors: names, arguments, help; what is done stands in bot.commands.content."""

from pathlib import Path
from typing import Annotated

import typer

content = typer.Typer(no_args_is_help=True, help="The lessons, facts, forms and dates that editors write.")


@content.command()
def check(
    *, watch: Annotated[bool, typer.Option("--watch", help="Check again at every save, until Ctrl-C.")] = False
) -> None:
    """Every lesson, fact, form, date and translation, with file and line of each fault."""
    from bot.commands import content

    if watch:
        content.watch()
        return
    raise typer.Exit(content.check_content())


@content.command("preview")
def preview_lesson(
    lesson: Annotated[str, typer.Argument(help="The id of a lesson: L1.")],
    *,
    web: Annotated[bool, typer.Option("--web", help="On a page of this computer that follows every save.")] = False,
) -> None:
    """Each card of a lesson as Telegram and Zalo show it, or on a page as the web chat shows it."""
    from bot.commands import content

    content.preview(lesson, web=web)


def script(
    name: Annotated[str, typer.Argument(metavar="LESSON|FACT", help="The id of a lesson or fact: L7, F000-14.")],
    out: Annotated[Path | None, typer.Option("-o", "--output", help="The file to write; else it is printed.")] = None,
) -> None:
    """A text of 60 to 90 seconds for the commune's loudspeaker, from a lesson or a fact, in words only."""
    from bot.commands import content

    raise typer.Exit(content.script(name, out))

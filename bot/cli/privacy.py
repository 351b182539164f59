"""The commands about personal data: names, arguments, help; what is done stands elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

privacy = typer.Typer(no_args_is_help=True, help="Personal data: requests, retention, the register, a breach.")


@privacy.command("requests")
def requests(
    answer: Annotated[int, typer.Option("--answer", min=0, help="The number of the request to answer.")] = 0,
    text: Annotated[str, typer.Option("--text", help="What was done; it is sent to who asked.")] = "",
) -> None:
    """Requests about personal data that wait, with their due days; or answer one."""
    from bot.commands import privacy

    privacy.requests(answer=answer, text=text)


@privacy.command("retention")
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what is too old; delete nothing.")] = False,
) -> None:
    """Delete what was kept longer than the settings KEEP_…_DAYS say, and print how much of what."""
    from bot.commands import privacy

    privacy.forget(dry_run=dry_run)


@privacy.command("register")
def register(
    out: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file to write: .docx for Word, else Markdown.")
    ] = None,
) -> None:
    """The register of processing and the impact assessment, in Vietnamese, to complete and sign."""
    from bot.commands import privacy

    privacy.register(out)


@privacy.command("breach")
def breach(
    first: Annotated[str, typer.Option("--from", help="When it began: 2026-11-18, or 2026-11-18T09:30.")],
    last: Annotated[str, typer.Option("--to", help="When it ended.")],
    fields: Annotated[str, typer.Option("--fields", help="Tables, with commas: report,outbox; else all.")] = "",
    names: Annotated[bool, typer.Option("--names", help="Print names too.")] = False,
) -> None:
    """Who is affected by a breach, and which fields: a JSON object a line, no names unless asked for."""
    from bot.commands import privacy

    privacy.affected(first=first, last=last, fields=fields, names=names)


@privacy.command("reapply")
def reapply() -> None:
    """After a restore: erase again everybody who had asked for it. Done at every start too."""
    from bot.commands import privacy

    privacy.reapply()


@privacy.command("rotate")
def rotate(
    drop: Annotated[
        bool, typer.Option("--drop", help="Delete the former keys instead, when nothing needs them.")
    ] = False,
) -> None:
    """A new key: names and words in the database are sealed again with it. The former one still opens."""
    from bot.commands import privacy

    if drop:
        privacy.drop_keys()
    else:
        privacy.rotate()

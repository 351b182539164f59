"""What the commands for documents do: read them into the store, and ask what they and the content say."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot import library
from bot.commands.settings import open_database, read_settings
from bot.core.clock import system_clock
from bot.core.splitting import shorten
from bot.services import answers
from bot.services.ingestion import ingest as ingesting

LINE = 80  # characters of a passage shown to the operator


def ingest(files: Sequence[Path], *, dry_run: bool) -> int:
    """Read, show and store documents; the number of files that could not be read, at most 1."""
    database = None if dry_run else open_database()
    faults = 0
    for path in files:
        found = ingesting.read(path)
        if found.article is None:
            faults = 1
            print(f"✗ {found.name}: {found.fault}")
            continue
        article = found.article
        print(f"✓ {found.name}: {article.title}")
        print(f"  ngày: {article.date or 'không rõ'} ({article.date_basis}); nguồn: {article.source or 'không ghi'}")
        for dropped in article.dropped:
            print(f"  bỏ dòng {dropped.line} ({dropped.reason}): {dropped.text}")
        for passage in article.passages:
            print(f"  giữ dòng {passage.line}: {shorten(passage.text, LINE)}")
        if database:
            new = database.write_now(lambda tx, found=found: ingesting.store(tx, found, system_clock()))
            print(f"  {len(article.passages)} đoạn, {new} đoạn mới")
    if database:
        database.close()
    return faults


@dataclass(frozen=True, slots=True)
class Printed:
    """One answer as `tungngo ask` prints it."""

    text: str
    source: str
    as_of: str
    kind: str
    score: float

    def as_dict(self) -> dict[str, Any]:
        """The JSON object."""
        return asdict(self)


def open_search() -> Callable[..., list[Printed]]:
    """A function (question, top, rank) -> answers, over the content and, where there is a database, its documents."""
    settings = read_settings()
    loaded = library.load(settings.content_dir)
    passages: list[Any] = []
    if settings.database_url or (settings.data_dir / "tungngo.db").is_file():
        database = open_database()
        passages = database.read_now(answers.stored_passages)
        database.close()
    index = answers.build_index(loaded, passages)

    def search(question: str, *, top: int = 1, rank: bool = False) -> list[Printed]:
        hits = index.search(question, top)
        if not rank:
            verdict = index.verdict(question)
            hits = [] if verdict.outcome == "refuse" else list(dict.fromkeys((*verdict.hits, *hits)))
        return [Printed(**asdict(answers.found(loaded, hit))) for hit in hits[:top]]

    return search


def print_answers(found: Sequence[Printed]) -> None:
    """For reading by people."""
    if not found:
        print("Không có trong tài liệu.")
    for each in found:
        print(f"{each.text}\nTính đến: {each.as_of}. Nguồn: {each.source}.")

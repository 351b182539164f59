"""Documents into the searchable store: read, stripped of page junk, stored once."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.core.articles.article import Article, EmptyArticle, read_article
from bot.services.ingestion.reading_files import UnreadableFile, read_file
from bot.storage import documents
from bot.storage.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What became of one file: an article, or one line that says why not."""

    name: str
    article: Article | None = None
    fault: str = ""


def read(path: Path) -> Ingested:
    """Read one file. Never raises for what is in it."""
    try:
        return Ingested(name=path.name, article=read_article(read_file(path), name=path.name))
    except UnreadableFile as unreadable:
        return Ingested(name=path.name, fault=unreadable.reason)
    except EmptyArticle:
        return Ingested(name=path.name, fault="không còn đoạn văn nào sau khi bỏ phần thừa của trang")


def store(tx: Transaction, found: Ingested, now: datetime) -> int:
    """Keep an article's passages; the number of new ones, 0 when all were there already."""
    return documents.add(tx, found.article, name=found.name, now=now) if found.article else 0

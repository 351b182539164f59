"""Pictures and files for people, kept for days under names nobody can guess."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime
from bot.models.sealed import SealedBytes, SealedJson


class Media(Row, table=True):
    """One picture or file. It is made when it is first fetched, from its recipe, and then kept as it is."""

    __table_args__ = (Index("ix_media_expires_at", "expires_at"),)

    name: str = Field(primary_key=True)  # a hash of the one it is fetched by
    kind: str  # content type
    label: str  # file name, as people see it
    origin: str = ""  # what the recipe is of: "export", "certificate:7"; "shared": anybody's
    recipe: Any = Field(
        sa_type=SealedJson("media.recipe"), nullable=False
    )  # what bot.services.files.media makes it from
    content: bytes | None = Field(default=None, sa_type=SealedBytes("media.content"))  # None: not made yet
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)

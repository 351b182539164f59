"""What people ask about their own data, and what was erased."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from bot.models.base import Row, UtcDateTime
from bot.models.sealed import Sealed


class DataRequest(Row, table=True):
    """One request about somebody's own data, and by when it is to be answered and done (decision 0032)."""

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('export', 'correct', 'withdraw', 'restrict', 'release', 'erase', 'other')", name="kind"
        ),
        CheckConstraint("status IN ('open', 'done')", name="status"),
        CheckConstraint("(status = 'done') = (done_at IS NOT NULL)", name="done"),
        Index("ix_data_request_person_id", "person_id"),
        Index("ix_data_request_status", "status"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str
    text: str = Field(default="", sa_type=Sealed("data_request.text"))  # masked
    asked_at: datetime = Field(sa_type=UtcDateTime)
    answer_by: date  # local day
    finish_by: date  # local day
    status: str = "open"
    answer: str = Field(default="", sa_type=Sealed("data_request.answer"))  # masked
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    extended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # once, by fifteen days
    settler_id: int | None = Field(default=None, foreign_key="person.id")  # None: the program, or the operator
    warned_on: date | None = None  # when coordinators were last told that it is due or overdue


class Erasure(Row, table=True):
    """A chat whose person had everything erased: nobody can be found by this row without the chat and the key.

    So that what was erased is erased again after a backup is restored (decision 0037).
    """

    __table_args__ = (
        UniqueConstraint("chat_hash", "erased_at"),
        Index("ix_erasure_person_id", "person_id"),
        Index("ix_erasure_contact_id", "contact_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    chat_hash: str
    erased_at: datetime = Field(sa_type=UtcDateTime)
    person_id: int | None = Field(default=None, foreign_key="person.id")  # an empty row that proofs of consent hang on
    contact_id: int | None = Field(default=None, foreign_key="contact.id")  # the chat, until the farewell is sent

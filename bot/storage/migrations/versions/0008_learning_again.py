"""Reviews of what was learned, and certificates."""

import sqlalchemy as sa
from alembic import op

from bot.models.base import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lesson_progress", sa.Column("best", sa.Integer(), nullable=True))
    op.execute("UPDATE lesson_progress SET best = right_answers WHERE finished_at IS NOT NULL")

    op.create_table(
        "review_card",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("stability", sa.Float(), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=False),
        sa.Column("reviewed_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.CheckConstraint("stability > 0", name=op.f("ck_review_card_stability")),
        sa.CheckConstraint("difficulty >= 1 AND difficulty <= 10", name=op.f("ck_review_card_difficulty")),
        sa.CheckConstraint("turn >= 0", name=op.f("ck_review_card_turn")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_card_person_id")),
        sa.PrimaryKeyConstraint("person_id", "skill", name=op.f("pk_review_card")),
    )
    with op.batch_alter_table("review_card", schema=None) as batch_op:
        batch_op.create_index("ix_review_card_due_at", ["person_id", "due_at"], unique=False)

    op.create_table(
        "review_reminder",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_reminder_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_review_reminder")),
    )

    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("track", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("lessons", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("right_answers", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_certificate_name")),
        sa.CheckConstraint("lessons > 0", name=op.f("ck_certificate_lessons")),
        sa.CheckConstraint(
            "questions > 0 AND right_answers >= 0 AND right_answers <= questions", name=op.f("ck_certificate_answers")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_person_id", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("certificate")
    op.drop_table("review_reminder")
    op.drop_table("review_card")
    op.drop_column("lesson_progress", "best")

"""What was told to whom, marks for answers, local answers."""

import sqlalchemy as sa
from alembic import op

from bot.models.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "local_fact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("as_of <= expires_on", name=op.f("ck_local_fact_validity")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_local_fact_team_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_local_fact_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_fact")),
    )
    op.create_index("ix_local_fact_team_id", "local_fact", ["team_id"])
    op.create_table(
        "answer_mark",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("verdict IN ('right', 'wrong')", name=op.f("ck_answer_mark_verdict")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_answer_mark_person_id")),
        sa.PrimaryKeyConstraint("person_id", "subject", "question", name=op.f("pk_answer_mark")),
    )
    op.create_index("ix_answer_mark_marked_at", "answer_mark", ["marked_at"])
    op.create_table(
        "told_fact",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("corrected_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_told_fact_person_id")),
        sa.PrimaryKeyConstraint("person_id", "fact", name=op.f("pk_told_fact")),
    )
    op.create_index("ix_told_fact_fact_told_at", "told_fact", ["fact", "told_at"])
    op.create_table(
        "fact_recall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old", sa.String(), nullable=False),
        sa.Column("new", sa.String(), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fact_recall_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fact_recall")),
        sa.UniqueConstraint("old", "new", name=op.f("uq_fact_recall_old_new")),
    )
    with op.batch_alter_table("open_question") as batch:
        batch.add_column(sa.Column("subject", sa.String(), nullable=True))
        batch.add_column(sa.Column("hushed_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("settled_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("local_fact_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_open_question_local_fact_id"), "local_fact", ["local_fact_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("open_question") as batch:
        batch.drop_constraint(op.f("fk_open_question_local_fact_id"), type_="foreignkey")
        for column in ("local_fact_id", "settled_at", "hushed_at", "subject"):
            batch.drop_column(column)
    for table in ("fact_recall", "told_fact", "answer_mark", "local_fact"):
        op.drop_table(table)

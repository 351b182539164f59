"""Queries about reports, help requests and follow-ups."""

import sqlalchemy as sa
from alembic import op

from bot.models.base import JsonText, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ACTIVE = sa.text("status IN ('open', 'taken')")


def upgrade() -> None:
    op.add_column("report", sa.Column("withdrawn_at", UtcDateTime(), nullable=True))
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("skills", JsonText(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("taker_id", sa.Integer(), nullable=True),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("overdue_at", UtcDateTime(), nullable=True),
        sa.Column("done_report_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'taken', 'done', 'cancelled')", name=op.f("ck_follow_up_status")
        ),
        sa.CheckConstraint("status <> 'taken' OR taker_id IS NOT NULL", name=op.f("ck_follow_up_taker")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_follow_up_unit_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_follow_up_person_id")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_follow_up_report_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["person.id"], name=op.f("fk_follow_up_taker_id")),
        sa.ForeignKeyConstraint(["done_report_id"], ["report.id"], name=op.f("fk_follow_up_done_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("report_id", name=op.f("uq_follow_up_report_id")),
    )
    op.create_index(
        "uq_follow_up_active",
        "follow_up",
        ["person_id", "skills"],
        unique=True,
        sqlite_where=ACTIVE,
        postgresql_where=ACTIVE,
    )
    op.create_index("ix_follow_up_unit_status", "follow_up", ["unit_id", "status"], unique=False)
    op.create_index("ix_follow_up_taker_id", "follow_up", ["taker_id"], unique=False)
    op.create_table(
        "report_query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("asker_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("status IN ('open', 'answered', 'changed')", name=op.f("ck_report_query_status")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_query_report_id")),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"], name=op.f("fk_report_query_asker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_query")),
    )
    op.create_index("ix_report_query_report_id", "report_query", ["report_id"], unique=False)


def downgrade() -> None:
    op.drop_table("report_query")
    op.drop_table("follow_up")
    op.drop_column("report", "withdrawn_at")

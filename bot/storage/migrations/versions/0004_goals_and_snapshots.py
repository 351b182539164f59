"""Goals, frozen summaries, period rules, media."""

import sqlalchemy as sa
from alembic import op

from bot.models.base import JsonText, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("measure IN ('households', 'people')", name=op.f("ck_goal_measure")),
        sa.CheckConstraint("target BETWEEN 1 AND 9999999", name=op.f("ck_goal_target")),
        sa.CheckConstraint("first <= last", name=op.f("ck_goal_days")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_goal_team_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_goal_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal")),
    )
    op.create_index("ix_goal_team_id", "goal", ["team_id"], unique=False)

    op.create_table(
        "media",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("recipe", JsonText(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_media")),
    )
    op.create_index("ix_media_expires_at", "media", ["expires_at"], unique=False)

    op.create_table(
        "period_setting",
        sa.Column("team_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "rule IN ('week', 'month', 'mid_month', 'quarter')", name=op.f("ck_period_setting_rule")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_period_setting_team_id")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_period_setting")),
    )
    op.create_table(
        "snapshot",
        sa.Column("team_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("body", JsonText(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_snapshot_team_id")),
        sa.PrimaryKeyConstraint("team_id", "rule", "first", name=op.f("pk_snapshot")),
    )


def downgrade() -> None:
    for table in ("snapshot", "period_setting", "media", "goal"):
        op.drop_table(table)

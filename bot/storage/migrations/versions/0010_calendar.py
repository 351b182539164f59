"""Team dates, subscriptions, pauses, calendars."""

import sqlalchemy as sa
from alembic import op

from bot.models.base import JsonText, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("due", sa.Column("planned_at", UtcDateTime(), nullable=True))
    op.add_column("due", sa.Column("urgency", sa.Integer(), nullable=True))
    op.add_column("due", sa.Column("joined_to", sa.Integer(), nullable=True))
    op.create_index("ix_due_person_id", "due", ["person_id"], unique=False)

    op.create_table(
        "reminder_setting",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=False),
        sa.Column("quiet_to", sa.Integer(), nullable=False),
        sa.Column("weekends", sa.Boolean(), nullable=False),
        sa.Column("leads", JsonText(), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439", name=op.f("ck_reminder_setting_quiet")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_setting_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_reminder_setting")),
    )
    op.create_table(
        "reminder_mute",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("muted_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_mute_person_id")),
        sa.PrimaryKeyConstraint("person_id", "subject", name=op.f("pk_reminder_mute")),
    )
    op.create_table(
        "job_mark",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_mark")),
    )
    op.create_table(
        "team_date",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("recurrence", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("leads", JsonText(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "recurrence IN ('once', 'weekly', 'monthly', 'quarterly', 'yearly')", name=op.f("ck_team_date_recurrence")
        ),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 120", name=op.f("ck_team_date_title")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_date_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_date_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_date")),
    )
    op.create_index("ix_team_date_team_id", "team_date", ["team_id"], unique=False)
    op.create_table(
        "team_date_skip",
        sa.Column("team_date_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("occurrence", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["team_date_id"], ["team_date.id"], name=op.f("fk_team_date_skip_team_date_id")),
        sa.PrimaryKeyConstraint("team_date_id", "occurrence", name=op.f("pk_team_date_skip")),
    )
    op.create_table(
        "team_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("first <= last", name=op.f("ck_team_pause_days")),
        sa.CheckConstraint("reason IN ('mourning', 'storm', 'harvest', 'other')", name=op.f("ck_team_pause_reason")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_pause_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_team_pause_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_pause")),
    )
    op.create_index("ix_team_pause_team_id", "team_pause", ["team_id", "last"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (team_id IS NULL)", name=op.f("ck_calendar_feed_owner")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_calendar_feed_team_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("person_id", name=op.f("uq_calendar_feed_person_id")),
        sa.UniqueConstraint("team_id", name=op.f("uq_calendar_feed_team_id")),
    )


def downgrade() -> None:
    for table in (
        "calendar_feed",
        "team_pause",
        "team_date_skip",
        "team_date",
        "job_mark",
        "reminder_mute",
        "reminder_setting",
    ):
        op.drop_table(table)
    op.drop_index("ix_due_person_id", table_name="due")
    with op.batch_alter_table("due") as batch:
        for column in ("joined_to", "urgency", "planned_at"):
            batch.drop_column(column)

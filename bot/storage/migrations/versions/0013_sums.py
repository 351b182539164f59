"""Indexes for a million reports: what sums, lists and regular jobs read is found, not looked for."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SUMS = ["team_id", "day", "status", "person_id", "unit_id", "households", "people", "elderly"]
INDEXES: tuple[tuple[str, str, list[str], str], ...] = (  # name, table, columns, of which rows; empty: of all
    ("ix_report_sums", "report", SUMS, ""),
    ("ix_report_line", "report", ["message_chat"], "message_chat <> ''"),
    ("ix_report_version_person_at", "report_version", ["person_id", "at"], ""),
    ("ix_audit_person_id", "audit", ["person_id"], ""),
    ("ix_audit_later", "audit", ["subject", "at"], "action <> 'file'"),
    ("ix_outbox_kept", "outbox", ["created_at"], "key IS NULL OR body IS NOT NULL"),
    ("ix_outbox_unknown", "outbox", ["id"], "status = 'unknown'"),
    ("ix_inbox_broken", "inbox", ["received_at"], "status <> 'done'"),
    ("ix_due_settled_at", "due", ["settled_at"], "settled_at IS NOT NULL"),
    ("ix_told_fact_told_at", "told_fact", ["told_at"], ""),
    ("ix_consent_withdrawn_at", "consent", ["withdrawn_at"], "withdrawn_at IS NOT NULL"),
    ("ix_follow_up_person_id", "follow_up", ["person_id"], ""),
    ("ix_follow_up_due_on", "follow_up", ["due_on"], "status IN ('open', 'taken')"),
    ("ix_open_question_person_id", "open_question", ["person_id"], ""),
    ("ix_report_query_asker_id", "report_query", ["asker_id"], ""),
    ("ix_report_query_open", "report_query", ["report_id"], "status = 'open'"),
)


def upgrade() -> None:
    op.drop_index("ix_report_team_day", "report")
    for name, table, columns, where in INDEXES:
        only = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
        op.create_index(name, table, columns, **only)


def downgrade() -> None:
    for name, table, _, _ in INDEXES:
        op.drop_index(name, table)
    op.create_index("ix_report_team_day", "report", ["team_id", "day"])

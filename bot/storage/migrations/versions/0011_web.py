"""Sessions of the web chat; one-time links to the coordinator's page."""

import sqlalchemy as sa
from alembic import op

from bot.models.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("replaces", sa.String(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    op.create_index("ix_web_session_chat", "web_session", ["chat"])
    op.create_table(
        "dashboard_pass",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("link_hash", sa.String(), nullable=False),
        sa.Column("session_hash", sa.String(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dashboard_pass_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dashboard_pass")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_dashboard_pass_link_hash")),
        sa.UniqueConstraint("session_hash", name=op.f("uq_dashboard_pass_session_hash")),
    )
    op.create_index("ix_dashboard_pass_person_id", "dashboard_pass", ["person_id"])


def downgrade() -> None:
    op.drop_table("dashboard_pass")
    op.drop_table("web_session")

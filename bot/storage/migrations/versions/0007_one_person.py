"""One person on several channels."""

import sqlalchemy as sa
from alembic import op

from bot.models.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _person() -> tuple[sa.CheckConstraint, ...]:
    """SQLite tells no CHECKs of a table that is made anew."""
    return (
        sa.CheckConstraint("locale IN ('vi', 'en')", name=op.f("ck_person_locale")),
        sa.CheckConstraint("address IN ('', 'bac', 'co', 'chu', 'anh', 'chi', 'ban')", name=op.f("ck_person_address")),
        sa.CheckConstraint("length(name) <= 120", name=op.f("ck_person_name")),
    )


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # the number of who is no more is nobody else's, as on PostgreSQL
        numbered = {"sqlite_autoincrement": True}
        with op.batch_alter_table("person", recreate="always", table_args=_person(), table_kwargs=numbered):
            pass
    op.add_column("contact", sa.Column("preferred_at", UtcDateTime(), nullable=True))
    op.create_table(
        "link_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("taker_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("settled_at IS NULL OR taker_id IS NOT NULL", name=op.f("ck_link_code_taker")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_link_code_contact_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["contact.id"], name=op.f("fk_link_code_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_code_code_hash")),
    )
    op.create_index("ix_link_code_contact_id", "link_code", ["contact_id"])
    op.create_index("ix_link_code_taker_id", "link_code", ["taker_id"])
    op.create_index("ix_link_code_expires_at", "link_code", ["expires_at"])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("person", recreate="always", table_args=_person()):
            pass
    op.drop_table("link_code")
    op.drop_column("contact", "preferred_at")

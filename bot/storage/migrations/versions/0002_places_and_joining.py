"""Names and lineage of places; approval of new members."""

import sqlalchemy as sa
from alembic import op

from bot.models.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NOW = sa.text("valid_to IS NULL")
WAITING = sa.text("status = 'waiting'")


def _code() -> tuple[sa.CheckConstraint, ...]:
    """SQLite tells no CHECKs of a table that is made anew."""
    return (sa.CheckConstraint("length(code) BETWEEN 1 AND 12", name=op.f("ck_team_code")),)


def _invite() -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint("role IN ('volunteer', 'coordinator')", name=op.f("ck_invite_role")),
        sa.CheckConstraint("uses_left >= 0", name=op.f("ck_invite_uses_left")),
    )


def upgrade() -> None:
    with op.batch_alter_table("unit") as batch_op:
        batch_op.add_column(sa.Column("valid_from", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("valid_to", sa.Date(), nullable=True))
        batch_op.drop_constraint(op.f("uq_unit_commune_kind_name"), type_="unique")
        batch_op.create_check_constraint(op.f("ck_unit_validity"), "valid_from <= valid_to")
    op.create_index(
        "uq_unit_now",
        "unit",
        ["province", "commune", "kind", "name"],
        unique=True,
        sqlite_where=NOW,
        postgresql_where=NOW,
    )
    with op.batch_alter_table("team", table_args=_code()) as batch_op:
        batch_op.drop_constraint(op.f("uq_team_commune_name"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_team_province_commune_name"), ["province", "commune", "name"])
    with op.batch_alter_table("invite", table_args=_invite()) as batch_op:
        batch_op.add_column(sa.Column("approve", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_invite_person_id"), "person", ["person_id"], ["id"])
    with op.batch_alter_table("invite", table_args=_invite()) as batch_op:
        batch_op.alter_column("approve", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    _create_lineage()
    _create_joining()


def _create_lineage() -> None:
    op.create_table(
        "unit_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
    )
    op.create_index("ix_unit_name_unit_id", "unit_name", ["unit_id"])
    op.create_table(
        "unit_successor",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_successor_unit_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["unit.id"], name=op.f("fk_unit_successor_successor_id")),
        sa.PrimaryKeyConstraint("unit_id", "successor_id", name=op.f("pk_unit_successor")),
    )
    op.create_index("ix_unit_successor_successor_id", "unit_successor", ["successor_id"])


def _create_joining() -> None:
    op.create_table(
        "join_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("role IN ('volunteer', 'coordinator')", name=op.f("ck_join_request_role")),
        sa.CheckConstraint("status IN ('waiting', 'approved', 'refused')", name=op.f("ck_join_request_status")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_join_request_team_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_join_request_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
    )
    op.create_index(
        "uq_join_request_waiting",
        "join_request",
        ["team_id", "person_id"],
        unique=True,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_index("ix_join_request_person_id", "join_request", ["person_id"])
    op.create_table(
        "code_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_code_attempt_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_attempt")),
    )
    op.create_index("ix_code_attempt_person_at", "code_attempt", ["person_id", "at"])
    op.create_index("ix_code_attempt_at", "code_attempt", ["at"])
    op.create_table(
        "channel_address",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_address")),
    )


def downgrade() -> None:
    for table in ("channel_address", "code_attempt", "join_request", "unit_successor", "unit_name"):
        op.drop_table(table)
    with op.batch_alter_table("invite", table_args=_invite()) as batch_op:
        batch_op.drop_constraint(op.f("fk_invite_person_id"), type_="foreignkey")
        batch_op.drop_column("person_id")
        batch_op.drop_column("approve")
    with op.batch_alter_table("team", table_args=_code()) as batch_op:
        batch_op.drop_constraint(op.f("uq_team_province_commune_name"), type_="unique")
        batch_op.create_unique_constraint(op.f("uq_team_commune_name"), ["commune", "name"])
    op.drop_index("uq_unit_now", table_name="unit")
    with op.batch_alter_table("unit") as batch_op:
        batch_op.drop_column("valid_to")
        batch_op.drop_column("valid_from")
        batch_op.create_unique_constraint(op.f("uq_unit_commune_kind_name"), ["commune", "kind", "name"])

"""Room for sealed names, pictures and files known by a hash. The rows are sealed after it: bot.storage.resealing."""

import base64
import hashlib

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NAME, CERTIFICATE = "length(name) <= 700", "length(name) <= 400"


def upgrade() -> None:
    highest = _highest()
    for table, check in (("person", NAME), ("certificate", CERTIFICATE)):
        numbered = {"sqlite_autoincrement": table == "person"}
        with op.batch_alter_table(table, table_kwargs=numbered) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_name"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_name"), check)
    _go_on_after(highest)
    op.add_column("media", sa.Column("origin", sa.String(), nullable=True))
    _name_media()
    with op.batch_alter_table("media") as media:
        media.alter_column("origin", nullable=False)


def _highest() -> int:
    """On SQLite the highest number a person ever had: it is forgotten with the table that is made anew."""
    if op.get_bind().dialect.name != "sqlite":
        return 0
    numbers = "SELECT seq FROM sqlite_sequence WHERE name = 'person'"
    return op.get_bind().exec_driver_sql(numbers).scalar() or 0


def _go_on_after(highest: int) -> None:
    if highest:  # the number of who is no more is nobody else's
        known = op.get_bind().exec_driver_sql("UPDATE sqlite_sequence SET seq = ? WHERE name = 'person'", (highest,))
        if not known.rowcount:
            op.get_bind().exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES ('person', ?)", (highest,))


def _name_media() -> None:
    """As bot.storage.media does it now."""
    media = sa.table("media", sa.column("name"), sa.column("recipe"), sa.column("origin"))
    for name, recipe in op.get_bind().execute(sa.select(media.c.name, media.c.recipe)).all():
        kind, value = next(iter(orjson.loads(recipe).items()), ("", ""))
        origin = f"certificate:{value}" if kind == "certificate" else "shared" if kind == "sheet" else kind
        hashed = base64.urlsafe_b64encode(hashlib.sha256(name.encode()).digest()[:24]).decode()
        where = op.get_bind().execute
        where(sa.update(media).where(media.c.name == name).values(name=hashed, origin=origin))


def downgrade() -> None:
    """Names that are sealed do not fit any more: there is no way back but a backup."""
    msg = "sealed values cannot be put back"
    raise NotImplementedError(msg)

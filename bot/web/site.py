"""What the pages need of the rest of the program."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.channels.web import WebChannel
from bot.core.clock import Clock
from bot.library import Library
from bot.storage.database import Database
from bot.web.hosts import Hosts
from bot.web.personas import Persona
from bot.web.private import Watch
from bot.web.webhooks import Take, Webhook

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(slots=True, kw_only=True)
class Site:
    """One commune's web; the content may be replaced between two requests."""

    database: Database
    library: Library
    web: WebChannel
    receive: Take
    commune: str
    locale: str
    secure: bool
    clock: Clock
    secret: bytes  # what new secrets of browsers are derived with
    former: tuple[bytes, ...] = ()  # earlier ones, that signed certificates
    webhooks: Sequence[Webhook] = ()
    personas: Sequence[Persona] = ()
    zone: ZoneInfo = VIETNAM  # of the days in calendars
    hosts: Hosts | None = None  # the names it answers to; None: any
    watch: Watch | None = None  # readiness and metrics, to this machine; None: not on this port

"""Every table, so that importing this package fills the metadata."""

from bot.models.areas import Team, TeamUnit, Unit
from bot.models.audit import Audit
from bot.models.base import Row
from bot.models.documents import Document, Passage
from bot.models.learning import LessonProgress, OpenQuestion
from bot.models.messages import Inbox, Outbox
from bot.models.people import Consent, Contact, Conversation, Invite, Member, Person
from bot.models.reminders import Due
from bot.models.reports import Report, ReportCounter, ReportVersion

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "Audit",
    "Consent",
    "Contact",
    "Conversation",
    "Document",
    "Due",
    "Inbox",
    "Invite",
    "LessonProgress",
    "Member",
    "OpenQuestion",
    "Outbox",
    "Passage",
    "Person",
    "Report",
    "ReportCounter",
    "ReportVersion",
    "Row",
    "Team",
    "TeamUnit",
    "Unit",
]

"""Every table, so that importing this package fills the metadata."""

from bot.models.areas import Team, TeamUnit, Unit, UnitName, UnitSuccessor
from bot.models.audit import Audit
from bot.models.base import Row
from bot.models.broadcasts import Broadcast, BroadcastRecipient
from bot.models.documents import Document, Passage
from bot.models.followups import FollowUp, ReportQuery
from bot.models.goals import Goal
from bot.models.joining import ChannelAddress, CodeAttempt, JoinRequest
from bot.models.learning import LessonProgress, OpenQuestion
from bot.models.media import Media
from bot.models.messages import Inbox, Outbox
from bot.models.people import Consent, Contact, Conversation, Invite, Member, Person
from bot.models.reminders import Due
from bot.models.reports import Report, ReportCounter, ReportVersion
from bot.models.summaries import PeriodSetting, Snapshot
from bot.models.usage import ChannelUsage

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "Audit",
    "Broadcast",
    "BroadcastRecipient",
    "ChannelAddress",
    "ChannelUsage",
    "CodeAttempt",
    "Consent",
    "Contact",
    "Conversation",
    "Document",
    "Due",
    "FollowUp",
    "Goal",
    "Inbox",
    "Invite",
    "JoinRequest",
    "LessonProgress",
    "Media",
    "Member",
    "OpenQuestion",
    "Outbox",
    "Passage",
    "PeriodSetting",
    "Person",
    "Report",
    "ReportCounter",
    "ReportQuery",
    "ReportVersion",
    "Row",
    "Snapshot",
    "Team",
    "TeamUnit",
    "Unit",
    "UnitName",
    "UnitSuccessor",
]

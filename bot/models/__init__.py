"""Every table, so that importing this package fills the metadata."""

from bot.models.answers import AnswerMark, FactRecall, LocalFact, ToldFact
from bot.models.areas import Team, TeamUnit, Unit, UnitName, UnitSuccessor
from bot.models.audit import Audit
from bot.models.base import Row
from bot.models.broadcasts import Broadcast, BroadcastRecipient
from bot.models.calendar import CalendarFeed, TeamDate, TeamDateSkip, TeamPause
from bot.models.certificates import Certificate
from bot.models.documents import Document, Passage
from bot.models.followups import FollowUp, ReportQuery
from bot.models.goals import Goal
from bot.models.joining import ChannelAddress, CodeAttempt, JoinRequest
from bot.models.learning import LessonProgress, OpenQuestion
from bot.models.linking import LinkCode
from bot.models.media import Media
from bot.models.messages import Inbox, Outbox
from bot.models.people import Consent, Contact, Conversation, Invite, Member, Person
from bot.models.personal_data import DataRequest, Erasure
from bot.models.reminders import Due, JobMark, ReminderMute, ReminderSetting
from bot.models.reports import Report, ReportCounter, ReportVersion
from bot.models.reviews import ReviewCard, ReviewReminder
from bot.models.summaries import PeriodSetting, Snapshot
from bot.models.usage import ChannelUsage
from bot.models.web import DashboardPass, WebSession

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "AnswerMark",
    "Audit",
    "Broadcast",
    "BroadcastRecipient",
    "CalendarFeed",
    "Certificate",
    "ChannelAddress",
    "ChannelUsage",
    "CodeAttempt",
    "Consent",
    "Contact",
    "Conversation",
    "DashboardPass",
    "DataRequest",
    "Document",
    "Due",
    "Erasure",
    "FactRecall",
    "FollowUp",
    "Goal",
    "Inbox",
    "Invite",
    "JobMark",
    "JoinRequest",
    "LessonProgress",
    "LinkCode",
    "LocalFact",
    "Media",
    "Member",
    "OpenQuestion",
    "Outbox",
    "Passage",
    "PeriodSetting",
    "Person",
    "ReminderMute",
    "ReminderSetting",
    "Report",
    "ReportCounter",
    "ReportQuery",
    "ReportVersion",
    "ReviewCard",
    "ReviewReminder",
    "Row",
    "Snapshot",
    "Team",
    "TeamDate",
    "TeamDateSkip",
    "TeamPause",
    "TeamUnit",
    "ToldFact",
    "Unit",
    "UnitName",
    "UnitSuccessor",
    "WebSession",
]

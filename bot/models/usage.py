"""What a bot account has used of what its platform allows."""

from datetime import date

from sqlmodel import Field

from bot.models.base import Row


class ChannelUsage(Row, table=True):
    """The calls one bot has made to send messages in one month, where its platform counts them."""

    __tablename__ = "channel_usage"

    channel: str = Field(primary_key=True)
    bot: str = Field(primary_key=True)
    month: date = Field(primary_key=True)  # its first day
    sent: int = 0
    warned: bool = False  # the operator was told that little is left

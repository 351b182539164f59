"""A database of the program in which every volunteer of the rig is known, agreed to everything and has a team."""

from pathlib import Path

from bot import demo
from bot.app import build
from bot.core.clock import system_clock
from bot.core.messages import InboundMessage
from bot.services import consents
from bot.settings import Settings
from bot.storage import people
from bot.storage.database import Transaction

BATCH = 1000  # people a transaction


def seed(folder: Path, *, bot: str, first: int, count: int, url: str = "") -> None:
    """Make the database at `url`, else in `folder`, which is a DATA_DIR; `bot` is the Telegram bot's id."""
    settings = Settings(_env_file=None, data_dir=folder, database_url=url, telegram_bot_token="", public_url="")
    program = build(settings, clock=system_clock, create=True)
    now = program.clock()

    def add(tx: Transaction, team: int, chats: range) -> None:
        for chat in chats:
            message = InboundMessage(channel="telegram", bot=bot, chat=str(chat), external_id="seed")
            speaker = people.add_speaker(tx, message, locale="vi", now=now)
            for purpose in consents.PURPOSES:
                consents.give(tx, speaker, purpose, name="Nguyễn Thị Hoa", now=now)
            people.add_member(tx, team=team, person=speaker.person, role="volunteer", now=now)

    try:
        team = program.database.write_now(lambda tx: demo.add_commune(tx, now).id) or 0
        for begin in range(first, first + count, BATCH):
            chats = range(begin, min(begin + BATCH, first + count))
            program.database.write_now(lambda tx, chats=chats: add(tx, team, chats))  # type: ignore[misc]
    finally:
        program.close()

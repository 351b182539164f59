"""Those that are compared: the program on each database, and the peers."""

from dataclasses import dataclass

from benchmarks.results import ROOT

PEERS_FOLDER = ROOT / "benchmarks/peers/bots"
OURS, POSTGRES = "ours", "postgresql"
PART = 0.2  # of a core, for each of several web processes


@dataclass(frozen=True, slots=True)
class Bot:
    """One of those that are compared."""

    name: str
    title: str
    short: str  # in graphs
    module: str = ""  # of a peer in Python
    script: str = ""  # of a peer in JavaScript
    webs: int = 0  # so many `tungngo web` and a worker; none: `tungngo run`
    part: float = 0.0  # of a core, for each process that takes messages; 0: a whole one for all together
    postgres: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it is the program itself."""
        return not (self.module or self.script)

    @property
    def person(self) -> str:
        """The column of its table `report` that says whose it is."""
        return "person_id" if self.is_ours else "person"


BOTS = {
    bot.name: bot
    for bot in (
        Bot(OURS, "Từng Ngõ, SQLite", "Từng Ngõ, SQLite"),
        Bot(POSTGRES, "Từng Ngõ, PostgreSQL", "Từng Ngõ, PostgreSQL", postgres=True),
        Bot("aiogram", "aiogram 3, FSM in memory", "aiogram", "benchmarks.peers.bots.aiogram_bot"),
        Bot("ptb", "python-telegram-bot, ConversationHandler", "python-telegram-bot", "benchmarks.peers.bots.ptb_bot"),
        Bot("telebot", "pyTelegramBotAPI, states in memory", "pyTelegramBotAPI", "benchmarks.peers.bots.telebot_bot"),
        Bot("grammy", "grammY (Node), sessions in SQLite", "grammY", script="grammy/bot.mjs"),
    )
}
WEBS = {
    number: Bot(f"web-{number}", f"{number} × `tungngo web`", f"{number} web", webs=number, part=PART, postgres=True)
    for number in (1, 2)
}

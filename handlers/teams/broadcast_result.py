"""What became of messages to many, and how to stop one."""

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.services import broadcasts
from bot.services.broadcasts import Result
from bot.turn import Turn
from handlers import menu
from handlers.teams import broadcast_words as words


def listed(turn: Turn) -> Reply | None:
    """The newest ones; None when there is none yet."""
    found = broadcasts.recent(turn.tx, turn.roles, turn.now)
    return _reply(turn, found) if found else None


def stop(turn: Turn, value: str) -> Reply:
    """Stop one, at once."""
    number = read_number(value)
    found = broadcasts.stop(turn.tx, number, roles=turn.roles, person=turn.speaker.person, now=turn.now)
    return _reply(turn, [found])


def confirmed(turn: Turn, found: Result, reached: int) -> Reply:
    """It will go out."""
    if found.status == "planned":
        at = words.moment(turn.words, found.due_at, turn.zone)
        text = turn.count(
            "📣 Kept. It goes to {n} person at {time}.", "📣 Kept. It goes to {n} people at {time}.", reached, time=at
        )
    else:
        text = turn.count("📣 It is going out to {n} person.", "📣 It is going out to {n} people.", reached)
    hint = turn.say("Type “gửi tin” to see how far it is, or to stop it.")
    return Reply(
        text=f"{text}\n{hint}",
        choices=(
            Choice(turn.say("See how far it is"), make("gui", "list")),
            Choice(turn.say("Stop message {id}", id=found.id), make("gui", f"stop={found.id}")),
            menu.home(turn),
        ),
    )


def _reply(turn: Turn, found: list[Result]) -> Reply:
    stops = [
        Choice(turn.say("Stop message {id}", id=each.id), make("gui", f"stop={each.id}"))
        for each in found
        if each.status in ("planned", "sending")
    ]
    return Reply(
        text="📣 " + "\n\n".join(words.result(turn, each) for each in found),
        choices=(
            *stops,
            Choice(turn.say("Write a new message"), make("gui", "new")),
            menu.home(turn),
        ),
    )

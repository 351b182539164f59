"""Kind words for what cannot be understood; and what is said under an answer."""

from dataclasses import replace

from bot.core.messages import Reply, numbered
from bot.turn import Turn
from handlers import menu
from handlers.reports import report_view


def taught(turn: Turn, reply: Reply) -> Reply:
    """The reply; under the first numbered lines of a person it says, once, how to choose where there are no buttons."""
    if turn.buttons or turn.state.taught or not numbered(reply.choices):
        return reply
    turn.state.taught = True
    hint = turn.say("Type the number of a line, or its words, with or without marks.")
    return replace(reply, hint=hint)


def numbers_left_out(turn: Turn, reply: Reply) -> Reply:
    """The reply; it says, once, that personal numbers were taken out of what was typed, unless it warns already."""
    if "⚠️" in reply.text:
        return reply
    warning = turn.say("⚠️ Personal numbers were left out. Please never type ID numbers, cards or codes here.")
    return replace(reply, text=f"{warning}\n{reply.text}")


def welcome(turn: Turn) -> Reply:
    """Somebody said thanks."""
    return Reply(text=turn.say("You are welcome. Type “menu” whenever you need something."), choices=menu.choices(turn))


def unknown(turn: Turn) -> Reply:
    """A command nobody knows."""
    return Reply(text=turn.say("There is no such command. Here is what you can do:"), choices=menu.choices(turn))


def old_button(turn: Turn) -> Reply:
    """A button nobody knows any more."""
    return Reply(text=turn.say("That button is no longer in use. Please choose again."), choices=menu.choices(turn))


def not_understood(turn: Turn) -> Reply:
    """A number without a menu, or signs without words."""
    return Reply(
        text=turn.say("That is not clear. Tap a button, type a number from this list, or ask in words."),
        choices=menu.choices(turn),
    )


def media(turn: Turn) -> Reply:
    """A picture, a sticker, a voice message: only words can be read here."""
    text = turn.say("Only words and numbers can be read here; pictures and voice are not kept. Please type it.")
    state = turn.state.form
    if state and state.form in turn.library.forms:
        shown = report_view.show(turn, turn.library.forms[state.form], state)
        return Reply(text=f"{text}\n{shown.text}", choices=shown.choices)
    return Reply(text=text, choices=menu.choices(turn))


def full(turn: Turn) -> Reply:
    """The platform lets no more people write to this bot: the web chat has room."""
    return Reply(
        text=turn.say(
            "As many people as Zalo allows already write to me here. The same things can be done at this address:"
        ),
        link=turn.public_url,
    )


def group(turn: Turn) -> Reply | None:
    """In a group the bot stays silent, unless it is called by a command."""
    if not turn.message.text.startswith("/"):
        return None
    return Reply(
        text=turn.say("Please write to me in a private chat: what you ask and report is nobody else's business.")
    )

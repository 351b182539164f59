"""What a person decides about themselves: language, address, silence, their data."""

from dataclasses import replace

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.text import phrase
from bot.services import consents, profile
from bot.turn import ADDRESSES, Turn
from handlers import menu

WORDS = {"english": "en", "tieng anh": "en", "tieng viet": "vi", "vietnamese": "vi"}


def language(turn: Turn) -> Reply:
    """Change to the language that was named, else to the other one, at once; say how to change back."""
    turn.locale = WORDS.get(phrase(turn.message.text), "vi" if turn.locale == "en" else "en")
    profile.set_locale(turn.tx, turn.speaker.person, turn.locale)
    shown = menu.show(turn)
    return replace(
        shown, text=turn.say("From now on in English. Type “tiếng Việt” to change back.") + "\n" + shown.text
    )


def address(turn: Turn) -> Reply:
    """Ask how the person wants to be called."""
    _ = turn.say
    known = [Choice(word, make("addr", key)) for key, word in ADDRESSES.items()]
    return Reply(
        text=_("How would you like to be called?"), choices=(*known, Choice(_("No form of address"), make("addr", "")))
    )


def set_address(turn: Turn) -> Reply:
    """Keep the choice."""
    wanted = turn.payload.argument
    profile.set_address(turn.tx, turn.speaker.person, wanted if wanted in ADDRESSES else "")
    turn.speaker = replace(turn.speaker, address=wanted if wanted in ADDRESSES else "")
    return menu.show(turn)


def stop(turn: Turn) -> Reply:
    """No more unasked messages, from this moment."""
    profile.set_quiet(turn.tx, turn.speaker.person, quiet=True)
    consents.withdraw(turn.tx, turn.speaker.person, "remind", turn.now)
    _ = turn.say
    text = _("Done: no more reminders or messages that you did not ask for. You can still ask and report at any time.")
    return Reply(text=text, choices=(menu.home(turn),))

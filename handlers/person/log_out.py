"""/dangxuat: end every browser that is logged in as this person, from whichever channel they hold in the hand."""

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services import web_sessions
from bot.turn import Turn
from handlers import menu

NAME = "dangxuat"
WORDS = ("dang xuat", "dang xuat moi noi", "dang xuat het", "log out", "logout", "log out everywhere")


def start(turn: Turn) -> Reply:
    """Say what ends and what stays, and ask."""
    _ = turn.say
    browsers = web_sessions.browsers(turn.tx, turn.speaker.person)
    if not browsers:
        web_sessions.end_all(turn.tx, turn.speaker.person, turn.now)
        return Reply(
            text=_("No browser is logged in as you. The page with figures is closed too."), choices=(menu.home(turn),)
        )
    lines = [_("Log out of every browser? The web chat and the page with figures close wherever they are open.")]
    if browsers.only:
        lines.append(
            _(
                "⚠️ The web chat is your only channel: without another one you cannot come back to your reports and "
                "lessons. First join Zalo or Telegram with “link”."
            )
        )
    else:
        lines.append(_("Your other chats stay as they are; with “link” a browser can be joined again."))
    yes = Choice(_("Yes, log out everywhere"), make(NAME, "yes"))
    return Reply(
        text="\n".join(lines), choices=(yes, Choice(_("Link my chats"), make("go", "lienket")), menu.home(turn))
    )


def tapped(turn: Turn) -> Reply:
    """The answer to the question."""
    if turn.payload.argument != "yes":
        return start(turn)
    web_sessions.end_all(turn.tx, turn.speaker.person, turn.now)
    return Reply(text=turn.say("Done: every browser is logged out."), choices=(menu.home(turn),))

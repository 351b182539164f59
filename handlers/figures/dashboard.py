"""/bang: a link, for one use within ten minutes, to the page with the figures of one's teams."""

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services import dashboards
from bot.services.permissions import Action, require
from bot.turn import Turn
from handlers import menu

NAME = "bang"
PATH = "/dashboard?key="


def start(turn: Turn) -> Reply:
    """The link; where no address is known that people reach, what can be done instead."""
    _ = turn.say
    choices = (Choice(_("Summary"), make("go", "tuan")), menu.home(turn))
    require(turn.roles, Action.SEE_DASHBOARD)
    if not turn.public_url and turn.speaker.channel != "web":
        text = _(
            "The page with your teams' figures needs an address, and this server has none that this phone can open. "
            "The same figures come here with “summary”; the person who runs the server can set the address."
        )
        return Reply(text=text, choices=choices)
    key = dashboards.make_link(turn.tx, roles=turn.roles, person=turn.speaker.person, now=turn.now)
    text = _(
        "This link opens the page with your teams' figures. It works once, within 10 minutes; the page then stays "
        "open for 8 hours. Keep the link to yourself."
    )
    return Reply(text=f"📋 {text}", link=f"{turn.public_url}{PATH}{key}", choices=choices)

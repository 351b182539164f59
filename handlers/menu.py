"""The menu: only what this person may do, most used first."""

from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.services.permissions import Action, allowed
from bot.turn import Turn


def show(turn: Turn) -> Reply:
    """The menu. A form that was open is put aside, not lost."""
    turn.state.put_aside()
    turn.state.lesson = None
    _ = turn.say
    if turn.you:
        text = _("{you}, what do you need? Tap a button, type its number, or simply ask.", you=turn.you.capitalize())
    else:
        text = _("What do you need? Tap a button, type its number, or simply ask.")
    return Reply(text=text, choices=choices(turn))


def home(turn: Turn) -> Choice:
    """The way to the menu, under every other reply."""
    return Choice(turn.say("Menu"), make("go", "menu"))


def choices(turn: Turn) -> tuple[Choice, ...]:
    """What may be chosen, by role."""
    _ = turn.say
    found: list[Choice] = []
    if turn.state.draft:
        found.append(Choice(_("Go on with the open report"), make("do", "resume")))
    if allowed(turn.roles, Action.FILE_REPORT):
        found.append(Choice(_("File a report"), make("go", "baocao")))
        found.append(Choice(_("My reports"), make("go", "phieu")))
        found.append(Choice(_("Visits wanted"), make("go", "viec")))
    if allowed(turn.roles, Action.SEE_SUMMARY):
        found.append(Choice(_("This week's summary"), make("go", "tuan")))
    found += [
        Choice(_("Take a short lesson"), make("go", "baihoc")),
        Choice(_("Ask a question"), make("go", "hoi")),
        Choice(_("Help me"), make("go", "nho")),
        Choice(_("Dates to remember"), make("go", "hanchot")),
        Choice(_("Check a message"), make("go", "kiemtra")),
        Choice(_("More"), make("go", "them")),
    ]
    return tuple(found)


def more(turn: Turn) -> Reply:
    """What is used less often."""
    _ = turn.say
    to_many = (Choice(_("Message to the team"), make("go", "gui")),) if allowed(turn.roles, Action.BROADCAST) else ()
    return Reply(
        text=_("What else?"),
        choices=(
            *to_many,
            *_questions(turn),
            *((Choice(_("Loudspeaker text"), make("go", "loa")),) if allowed(turn.roles, Action.MAKE_SCRIPT) else ()),
            Choice(_("What can you do?"), make("go", "trogiup")),
            *((Choice(_("My team"), make("go", "to")),) if allowed(turn.roles, Action.SEE_TEAM) else ()),
            Choice(_("How to call me"), make("go", "xungho")),
            Choice("English" if turn.locale == "vi" else "Tiếng Việt", make("go", "ngonngu")),
            Choice(_("Link my chats"), make("go", "lienket")),
            Choice(_("My data"), make("go", "dulieu")),
            Choice(_("No more reminders"), make("go", "dung")),
            home(turn),
        ),
    )


def _questions(turn: Turn) -> tuple[Choice, ...]:
    """What people asked and nobody answered, for who may answer."""
    if not allowed(turn.roles, Action.ANSWER_QUESTIONS):
        return ()
    return (Choice(turn.say("People's questions"), make("go", "cauhoi")),)

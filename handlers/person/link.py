"""/lienket: one person on several channels, by a typed code; the main channel; letting one go."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core.channel import NAMES
from bot.core.conversation import State
from bot.core.errors import KnownError
from bot.core.messages import Choice, InboundMessage, Kind, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.text import on_lines, phrase
from bot.services import codes, linking
from bot.services.linking import Chat, Linked
from bot.turn import Turn
from handlers import menu
from handlers.reports import report

NAME = "link"
LISTED = 6  # chats said and offered at once
LEADING = ("", "lien ket", "link", "ma", "code", "ma lien ket", "ma moi", "ma la")


def start(turn: Turn) -> Reply | InboundMessage:
    """/lienket: a code to type elsewhere, or the chats that are linked. With a code behind it: as /start with it."""
    text = turn.message.text.partition(" ")[2].strip() if turn.message.text.startswith("/") else ""
    if text and not codes.looks_like_code(text):
        _ = turn.say
        said = _("That is no code. A code has ten letters and digits, like ABCDE-FGHJK; type it as it is shown.")
        return Reply(text=said, choices=(Choice(_("Show a code"), make(NAME, "code")), menu.home(turn)))
    if text:
        return replace(turn.message, kind=Kind.TEXT, text=f"/start {text}", payload="")
    return page(turn) if len(linking.chats(turn.tx, turn.speaker)) > 1 else show_code(turn)


def code_in(text: str) -> str:
    """The code in a typed text, also behind words like "liên kết"; empty when there is none."""
    parts = text.split()
    for at in range(min(len(parts), 4)):
        rest = " ".join(parts[at:])
        if phrase(" ".join(parts[:at])) in LEADING and codes.looks_like_code(rest):
            return rest
    return ""


def is_plain_code(text: str) -> bool:
    """Whether a text is nothing but a code in one piece: that is no answer to any question."""
    return len(text.split()) == 1 and codes.looks_like_code(text)


def show_code(turn: Turn) -> Reply:
    """A fresh code, and what to do with it."""
    _ = turn.say
    code = linking.new_code(turn.tx, turn.speaker, turn.now)
    lines = (
        _("Your code: **{code}**. It works once, within {n} minutes.", code=code, n=linking.MINUTES),
        _("Open Từng Ngõ on the other channel (Telegram, Zalo or the web chat) and type there:"),
        f"/lienket {code}",
        _("The code alone will do too. Reports, lessons and roles are then the same on both."),
        _("Give the code to nobody: who types it can do all that you can do here."),
    )
    return Reply(text="\n".join(lines), choices=(menu.home(turn),))


def offered(turn: Turn, code: str) -> Reply:
    """Say whom a typed code leads to, and ask. Nothing is joined yet."""
    _ = turn.say
    offer = linking.take(turn.tx, turn.speaker, code, turn.now)
    whose = _("{name} on {channel}", name=offer.name, channel=_channel(turn, offer.channel))
    nameless = _("somebody who gave no name, on {channel}", channel=_channel(turn, offer.channel))
    lines = (
        _("This code comes from {whose}.", whose=whose if offer.name else nameless),
        _("Link the two chats? Then both have everything: reports, lessons, roles, settings."),
        _("Only do so if both are yours. If somebody else sent you this code, do not link."),
    )
    yes = Choice(_("Yes, both are mine"), make(NAME, f"yes={offer.code}"))
    return Reply(text="\n".join(lines), choices=(yes, Choice(_("Do not link"), make(NAME, f"no={offer.code}"))))


def tapped(turn: Turn) -> Reply:
    """A button of these pages."""
    what, _, number = turn.payload.argument.partition("=")
    given = read_number(number)
    if what == "code":
        return show_code(turn)
    return ANSWERS[what](turn, given) if what in ANSWERS else page(turn)


def yes(turn: Turn, code: int) -> Reply:
    """Join the two, tell both, and go on where the newest report was."""
    was, _ = turn.speaker, turn.say
    linked = linking.confirm(turn.tx, was, code, turn.state, now=turn.now, today=turn.today)
    _become(turn, linked)
    told = _("This chat and {channel} are now linked: one person, one set of reports, lessons and roles.")
    here, there = _channel(turn, was.channel), _channel(turn, linked.channel)
    undo = _("If that was not you: type /lienket and unlink {channel}.", channel=here)
    linking.tell(turn.tx, linked.contact, f"{told.format(channel=here)}\n{undo}", turn.now)
    asked = ", ".join(linked.united.asked)
    waits = _("In {team} you are a volunteer until another coordinator says yes to more.", team=asked) if asked else ""
    main = _("Messages that you did not ask for go to one chat only; choose which with /lienket.")
    shown = _go_on(turn)
    text = on_lines(told.format(channel=there), waits, main, shown.text)
    return replace(shown, text=text, edit=False)


def no(turn: Turn, code: int) -> Reply:
    """They stay apart."""
    linking.refuse(turn.tx, turn.speaker, code, turn.now)
    return Reply(
        text=turn.say("Not linked. Nothing has changed, and this code works no more."), choices=(menu.home(turn),)
    )


def page(turn: Turn, said: str = "") -> Reply:
    """The chats that are linked, where unasked messages go, and what can be changed."""
    _ = turn.say
    found = linking.chats(turn.tx, turn.speaker)
    lines = [said, _("Your chats:"), *(_line(turn, chat) for chat in found[:LISTED])]
    lines.append(_("Messages that you did not ask for go to the main channel."))
    choices = [
        Choice(_("Main channel: {chat}", chat=_label(turn, chat)), make(NAME, f"main={chat.contact}"))
        for chat in found[:LISTED]
        if not chat.main
    ]
    if len(found) > 1:
        choices += [
            Choice(_("Unlink {chat}", chat=_label(turn, chat)), make(NAME, f"off={chat.contact}"))
            for chat in found[:LISTED]
        ]
    choices += [Choice(_("Link another channel"), make(NAME, "code")), menu.home(turn)]
    return Reply(text=on_lines(*lines), choices=tuple(choices))


def prefer(turn: Turn, contact: int) -> Reply:
    """Let unasked messages go there."""
    chosen = linking.prefer(turn.tx, turn.speaker, contact, turn.now)
    return page(turn, turn.say("The main channel is now {chat}.", chat=_label(turn, chosen)))


def ask_unlink(turn: Turn, contact: int) -> Reply:
    """Ask whether that is meant."""
    _ = turn.say
    chat = linking.mine(turn.tx, turn.speaker, contact)
    text = _(
        "Unlink {chat}? It becomes the chat of a new person: no roles, no reports, no lessons there. "
        "Everything stays with your other chats.",
        chat=_label(turn, chat),
    )
    off = Choice(_("Yes, unlink {chat}", chat=_label(turn, chat)), make(NAME, f"free={contact}"))
    return Reply(text=text, choices=(off, Choice(_("No, keep it"), make(NAME, "list"))))


def unlink(turn: Turn, contact: int) -> Reply:
    """Let the chat go, and tell it."""
    _ = turn.say
    freed, person = linking.unlink(turn.tx, turn.speaker, contact, turn.now)
    alone = _("This chat was unlinked. It has no roles, reports or lessons any more; you can begin anew at any time.")
    if not freed.here:
        linking.tell(turn.tx, contact, alone, turn.now)
        return page(turn, _("{chat} is unlinked.", chat=_label(turn, freed)))
    for other in linking.chats(turn.tx, turn.speaker):
        gone = _("{chat} is unlinked.", chat=_channel(turn, freed.channel))
        linking.tell(turn.tx, other.contact, gone, turn.now)
    turn.speaker = replace(turn.speaker, person=person, name="", address="", quiet=False)
    turn.state = State(taught=turn.state.taught)
    turn.forget_roles()
    return Reply(text=alone, choices=(menu.home(turn),))


def listed(turn: Turn, _: int) -> Reply:
    """The page again."""
    return page(turn)


ANSWERS: Mapping[str, Callable[[Turn, int], Reply]] = {
    "yes": yes,
    "no": no,
    "main": prefer,
    "off": ask_unlink,
    "free": unlink,
    "list": listed,
}


def _become(turn: Turn, linked: Linked) -> None:
    """From here on the turn is the one person's."""
    one = linked.united
    turn.speaker = replace(
        turn.speaker, person=one.person, name=one.name, locale=one.locale, address=one.address, quiet=one.quiet
    )
    turn.state, turn.locale = one.state, one.locale
    turn.forget_roles()


def _go_on(turn: Turn) -> Reply:
    """The open report where it was left, else the menu."""
    if turn.state.form:
        try:
            return report.resume(turn)
        except KnownError:  # who is no longer in its team cannot go on with it
            return menu.show(turn)
    return menu.show(turn)


def _line(turn: Turn, chat: Chat) -> str:
    _ = turn.say
    notes = [
        _("this chat") if chat.here else "",
        _("main channel") if chat.main else "",
        "" if chat.reachable else _("takes no messages"),
    ]
    said = ", ".join(note for note in notes if note)
    return f"– {_label(turn, chat)}" + (f" ({said})" if said else "")


def _label(turn: Turn, chat: Chat) -> str:
    name = _channel(turn, chat.channel)
    return f"{name} {chat.number}" if chat.number else name


def _channel(turn: Turn, channel: str) -> str:
    return turn.say(NAMES.get(channel, channel))

"""/dulieu: what is kept about a person, as a page and as a file; corrected, withdrawn, paused, erased, asked about."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core.channel import NAMES
from bot.core.conversation import State
from bot.core.errors import N_
from bot.core.messages import Choice, InboundMessage, Reply
from bot.core.payload import make
from bot.core.splitting import shorten
from bot.core.text import on_lines
from bot.services import consents
from bot.services.files import media
from bot.services.personal_data import data_requests, erasing, my_data, privacy
from bot.services.personal_data.my_data import PURPOSES
from bot.turn import ADDRESSES, Turn
from handlers import menu
from handlers.awaiting import await_text, awaited, move
from handlers.person import data_requests as answering
from handlers.person import name

NAME = "data"
KINDS = 12  # kinds of rows said on the page; the file has all
FORMATS = {"html": N_("A file to read"), "json": N_("A file for programs (JSON)")}


def start(turn: Turn) -> Reply:
    """What is kept, in plain words and counts, and what can be done about it."""
    return page(turn)


def page(turn: Turn, said: str = "") -> Reply:
    """The same, below a sentence."""
    _ = turn.say
    found = my_data.overview(turn.tx, turn.speaker, turn.roles)
    none = _("none")
    lines = [
        said,
        _("What is kept about you:"),
        _("Name: {name}", name=found.name or none),
        _("Form of address: {word}", word=ADDRESSES[found.address]) if found.address else "",
        _("Chats: {channels}", channels=", ".join(_(NAMES.get(each, each)) for each in found.channels)),
        _("Teams: {teams}", teams=", ".join(role.team_name for role in found.roles) or none),
        _("Consent given for: {purposes}", purposes=", ".join(_(PURPOSES[each]) for each in found.purposes) or none),
        _counted(turn, found.counts),
        _("Your data are not used now, at your wish.") if found.restricted else "",
        _("The words of messages you typed are not kept once they are answered."),
    ]
    return Reply(text=on_lines(*lines), choices=_choices(turn, found))


def _counted(turn: Turn, counts: tuple[tuple[str, int], ...]) -> str:
    plain = [each for each in counts if each[0] not in _ON_PAGE]
    shown = ", ".join(f"{turn.say(kind).lower()} {turn.show(count)}" for kind, count in plain[:KINDS])
    if not shown:
        return ""
    more = turn.count(" and {n} more kind", " and {n} more kinds", len(plain) - KINDS) if plain[KINDS:] else ""
    return turn.say("Rows of each kind: {counts}.", counts=shown + more)


_ON_PAGE = frozenset({"Chats", "Consents", "Roles in teams", "Where you are in the dialogue"})


def _choices(turn: Turn, found: my_data.Overview) -> tuple[Choice, ...]:
    _ = turn.say
    waits = data_requests.waiting(turn.tx, turn.roles, turn.speaker.person)
    return (
        *((Choice(_("Requests to answer"), make(answering.NAME, "list")),) if waits else ()),
        Choice(_("Download my data"), make(NAME, "get")),
        Choice(_("Correct my name"), make(NAME, "name")),
        Choice(_("How to call me"), make("go", "xungho")),
        *((Choice(_("Withdraw a consent"), make(NAME, "purposes")),) if found.purposes else ()),
        Choice(_("Use my data again"), make(NAME, "release"))
        if found.restricted
        else Choice(_("Do not use my data for now"), make(NAME, "pause")),
        Choice(_("Erase everything"), make(NAME, "erase")),
        Choice(_("Log out of every browser"), make("go", "dangxuat")),
        Choice(_("Another request"), make(NAME, "ask")),
        menu.home(turn),
    )


def tapped(turn: Turn) -> Reply | InboundMessage:
    """A button of these pages."""
    verb, _, value = turn.payload.argument.partition("=")
    return STEPS[verb](turn, value) if verb in STEPS else page(turn)


def _get(turn: Turn, wanted: str) -> Reply:
    """The file, to this chat only; first which one."""
    _ = turn.say
    if wanted not in FORMATS:
        choices = [Choice(_(label), make(NAME, f"get={key}")) for key, label in FORMATS.items()]
        text = _("Everything that is kept about you, as a file. It is for you alone and can be fetched for two days.")
        return Reply(text=text, choices=(*choices, _back(turn)))
    order = my_data.Order(
        mydata=turn.speaker.person,
        format=wanted,
        locale=turn.locale,
        zone=turn.zone.key,
        at=turn.now.isoformat(),
    )
    file = media.promise_my_data(turn.tx, order, now=turn.now)
    _log(turn, "export")
    text = _("Here is the file. Keep it well: who opens it can read what stands in it.")
    return Reply(text=text, file=file, file_name=order.label, choices=(_back(turn), menu.home(turn)))


def _name(turn: Turn, _: str) -> Reply:
    """Ask for the right name."""
    consents.refuse_restricted(turn.tx, turn.speaker.person)
    consents.require(turn.tx, turn.speaker.person, "learn")
    await_text(turn, NAME, step="name")
    return Reply(text=turn.say("Type your name as it should be kept."), choices=(move(turn, NAME, "cancel"),))


def _purposes(turn: Turn, _: str) -> Reply:
    """Which consent to withdraw, and what that does."""
    found = my_data.overview(turn.tx, turn.speaker, turn.roles)
    text = turn.say("Which consent do you withdraw? Without the first one no lesson, answer or name is kept for you.")
    choices = [
        Choice(turn.say("Withdraw: {purpose}", purpose=turn.say(PURPOSES[each])), make("withdraw", each))
        for each in found.purposes
    ]
    return Reply(text=text, choices=(*choices, _back(turn)))


def withdraw(turn: Turn) -> Reply:
    """Withdraw one purpose, and show what is left. Withdrawing the first one also forgets the name."""
    purpose = turn.payload.argument
    if purpose not in consents.PURPOSES:
        return page(turn)
    consents.withdraw(turn.tx, turn.speaker.person, None if purpose == "learn" else purpose, turn.now)
    if purpose == "learn":
        turn.speaker = replace(turn.speaker, name="")
    _log(turn, "withdraw")
    return page(turn, turn.say("Withdrawn."))


def _pause(turn: Turn, value: str) -> Reply:
    """Keep, but do not use; asked once."""
    _ = turn.say
    if value != "yes":
        text = _(
            "Everything stays as it is, but nothing is added, nothing is used, and nothing comes unasked, until you "
            "say so. You can still ask questions. Do that?"
        )
        return Reply(text=text, choices=(Choice(_("Yes, do not use my data"), make(NAME, "pause=yes")), _back(turn)))
    privacy.restrict(turn.tx, turn.speaker.person, now=turn.now, today=turn.today)
    turn.speaker = replace(turn.speaker, quiet=True)
    return page(turn, _("Done."))


def _release(turn: Turn, _: str) -> Reply:
    """Use them again; reminders stay off until they are wanted."""
    privacy.release(turn.tx, turn.speaker.person, now=turn.now, today=turn.today)
    turn.speaker = replace(turn.speaker, quiet=privacy.is_quiet(turn.tx, turn.speaker.person))
    return page(turn, turn.say("Done."))


def _erase(turn: Turn, value: str) -> Reply:
    """Say what goes and what stays, ask, then do it."""
    _ = turn.say
    if value == "yes":
        return _erased(turn)
    if teams := erasing.last_of(turn.tx, turn.speaker.person):
        text = _(
            "You are the last coordinator of {teams}. First hand this over to somebody with “team”, then everything "
            "can be erased.",
            teams=", ".join(teams),
        )
        return Reply(text=text, choices=(Choice(_("My team"), make("go", "to")), _back(turn)))
    found = my_data.overview(turn.tx, turn.speaker, turn.roles)
    chats = ", ".join(turn.say(NAMES.get(each, each)) for each in found.channels)
    lines = (
        _("⚠️ Erase everything that is kept about you? It cannot be brought back."),
        _("Erased: name, lessons, questions, visits you asked for, roles, drafts, messages, in {chats}.", chats=chats),
        _(
            "What stays names nobody: the counts of your reports, without your notes and your name; what you wrote for "
            "everybody in a team; that you once agreed and asked for this."
        ),
        _("The number of this chat goes a day later, once this answer has reached you."),
    )
    yes = Choice(_("Yes, erase everything"), make(NAME, "erase=yes"))
    return Reply(text="\n".join(lines), choices=(yes, Choice(_("No, keep it"), make(NAME, "back"))))


def _erased(turn: Turn) -> Reply:
    taught = turn.state.taught
    turn.speaker = erasing.erase(turn.tx, turn.library, turn.speaker, key=turn.secret, now=turn.now, today=turn.today)
    turn.state = State(taught=taught)
    turn.forget_roles()
    text = turn.say(
        "Everything is erased. If you ever write again, Từng Ngõ begins anew and asks for your consent first."
    )
    return Reply(text=text, choices=(Choice(turn.say("Begin anew"), make("go", "start")),))


def _ask(turn: Turn, _: str) -> Reply:
    """A request that a human being must look at."""
    await_text(turn, NAME, step="ask")
    text = turn.say(
        "Write your request in one message, for example what should not be done with your data. "
        "No ID numbers, please. It is answered within two working days."
    )
    return Reply(text=text, choices=(move(turn, NAME, "cancel"),))


def typed(turn: Turn) -> Reply:
    """The name, or the request."""
    step = awaited(turn, NAME).get("step", "")
    turn.state.awaited = None
    if step == "name":
        return _named(turn)
    if not data_requests.tidy(turn.message.text):
        return page(turn)
    request, answered_here = data_requests.ask(
        turn.tx, turn.speaker.person, turn.message.text, now=turn.now, today=turn.today
    )
    who = turn.say("the coordinator of your team") if answered_here else turn.say("who runs this program")
    text = turn.say(
        "Noted as request {n}: “{text}”. It goes to {who}. Answer by {answer_by}, done by {finish_by}.",
        n=str(request.id),
        text=shorten(request.text, 200),
        who=who,
        answer_by=request.answer_by,
        finish_by=request.finish_by,
    )
    return Reply(text=text, choices=(_back(turn), menu.home(turn)))


def _named(turn: Turn) -> Reply:
    if not name.may_be_name(turn.message.text):
        await_text(turn, NAME, step="name")
        text = turn.say("This looks like no name. Type only the name, for example: Nguyễn Thị Lan")
        return Reply(text=text, choices=(move(turn, NAME, "cancel"),))
    kept = privacy.correct_name(turn.tx, turn.speaker.person, turn.message.text, now=turn.now, today=turn.today)
    turn.speaker = replace(turn.speaker, name=kept)
    return page(turn, turn.say("Noted: {name}.", name=kept))


def _shown(turn: Turn, _: str) -> Reply:
    turn.state.awaited = None
    return page(turn)


STEPS: Mapping[str, Callable[[Turn, str], Reply]] = {
    "get": _get,
    "name": _name,
    "purposes": _purposes,
    "pause": _pause,
    "release": _release,
    "erase": _erase,
    "ask": _ask,
    "back": _shown,
    "cancel": _shown,
}


def _log(turn: Turn, kind: str) -> None:
    data_requests.log_done(turn.tx, turn.speaker.person, kind, now=turn.now, today=turn.today)


def _back(turn: Turn) -> Choice:
    return Choice(turn.say("My data"), make(NAME, "back"))

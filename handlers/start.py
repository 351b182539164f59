"""The door: greeting, consent, invitation codes."""

from dataclasses import replace

from bot.core.errors import N_
from bot.core.messages import Choice, InboundMessage, Kind, Reply
from bot.core.payload import make
from bot.core.privacy import mask
from bot.services import codes, consents, learning, teams
from bot.turn import Turn
from handlers import menu
from handlers.learning import lessons
from handlers.person import link, name

# What is asked for each purpose. A change of meaning needs a new consents.VERSION.
CONSENT = {
    "learn": N_(
        "To answer, these are kept: the name shown, the chat's number, lessons taken, which answers you got (to "
        "correct them). See them, or withdraw your consent, at any time with “my data”."
    ),
    "report": N_(
        "To file reports, these are kept: your name, your team, and what you report, so that the commune can add "
        "it up. "
        "A report holds counts only, never a resident's name or papers."
    ),
    "remind": N_(
        "To remind you, this is kept: that you want reminders. "
        "They come between 07:00 and 20:30, and “stop” ends them at any time."
    ),
}
DETAILS = N_(
    "The commune that runs this team is responsible for the data. It is kept on the commune's own server, is not sold "
    "and not passed on; messages pass through the chat service you chose. The words of a message are not kept once it "
    "is answered. You may see, download, correct and erase your data and withdraw your consent at any time: type “my "
    "data”. Without consent you can still ask questions and read the dates."
)


def start(turn: Turn) -> Reply:
    """/start, with or without a code, or with a lesson of a printed sheet."""
    code = turn.payload.argument if turn.payload.action == "start" else turn.message.text.partition(" ")[2].strip()
    if code and codes.looks_like_code(code):
        return join(turn, code)
    if lesson := learning.linked(code):
        return lessons.enter(turn, lesson)
    if "learn" not in consents.given(turn.tx, turn.speaker.person):
        return greet(turn)
    return menu.show(turn)


def greet(turn: Turn) -> Reply:
    """The first contact: who this is, what it never does, what it keeps."""
    _ = turn.say
    text = "\n".join(
        (
            _("Hello! This is Từng Ngõ, the answering machine of the community digital-technology team."),
            _("Từng Ngõ helps to learn digital skills, looks up information with its source, and reminds of dates."),
            _("Từng Ngõ **never** asks for an OTP, a password or an ID number, and never sends an app file."),
            _(CONSENT["learn"]),
        )
    )
    return Reply(text=text, choices=_consent_choices(turn, "learn"))


def ask_consent(turn: Turn, purpose: str) -> Reply:
    """Ask for one purpose; what the person was about to do goes on after they agree."""
    message = turn.message
    turn.state.held = {"kind": message.kind.value, "text": mask(message.text).text, "payload": message.payload}
    if purpose == "learn":
        return greet(turn)
    return Reply(text=turn.say(CONSENT[purpose]), choices=_consent_choices(turn, purpose))


def agree(turn: Turn) -> Reply | InboundMessage:
    """The explicit act: kept with text version, channel and time. Then what was held goes on."""
    purpose = turn.payload.argument if turn.payload.argument in consents.PURPOSES else "learn"
    consents.give(turn.tx, turn.speaker, purpose, name=turn.message.sender_name, now=turn.now)
    held, turn.state.held = turn.state.held, None
    if held:
        return replace(turn.message, kind=Kind(held["kind"]), text=held["text"], payload=held["payload"])
    return menu.show(turn)


def refuse(turn: Turn) -> Reply:
    """No is an answer like any other."""
    turn.state.held = None
    _ = turn.say
    text = _("That is fine. Nothing more is kept. You can still ask questions and read the dates; just type.")
    return Reply(text=text, choices=(menu.home(turn),))


def details(turn: Turn) -> Reply:
    """The longer text, for who wants to read it."""
    purpose = turn.payload.argument if turn.payload.argument in consents.PURPOSES else "learn"
    return Reply(text=turn.say(DETAILS), choices=_consent_choices(turn, purpose)[::2])


def join(turn: Turn, code: str) -> Reply:
    """Use a code: one that links chats, or an invitation.

    Being in a team means that one's name is kept: consent comes first.
    """
    if codes.meant(turn.tx, turn.speaker.person, code, turn.now) == "link":
        return link.offered(turn, code)
    for purpose in ("learn", "report"):
        consents.require(turn.tx, turn.speaker.person, purpose)
    team = teams.join(turn.tx, person=turn.speaker.person, code=code, now=turn.now, today=turn.today)
    turn.forget_roles()
    said = (
        turn.say("The coordinator of {team} is asked now. You will be told.", team=team.name)
        if team.waiting
        else turn.say("You are now in {team}.", team=team.name)
    )
    if team.waiting and not (turn.speaker.name or turn.message.sender_name):
        return name.ask(turn, said)
    shown = menu.show(turn)
    return replace(shown, text=f"{said}\n{shown.text}")


def typed_code(turn: Turn) -> Reply:
    """A code typed on its own, or behind “liên kết”."""
    return join(turn, link.code_in(turn.message.text))


def _consent_choices(turn: Turn, purpose: str) -> tuple[Choice, ...]:
    _ = turn.say
    return (
        Choice(_("I agree"), make("agree", purpose)),
        Choice(_("Read more"), make("details", purpose)),
        Choice(_("I do not agree"), make("refuse", purpose)),
    )

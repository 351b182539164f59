"""The certificate of a finished track: which name to print, the picture, the paper."""

from bot.core import certificates as rules
from bot.core.certificates import Shown
from bot.core.content import Track
from bot.core.messages import Choice, InboundMessage, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.text import on_lines
from bot.services import certificates, consents, learning
from bot.services.certificates import CertificateRefused
from bot.services.files import certificate_paper, media
from bot.services.files.certificate_paper import Order
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text, awaited, move

NAME = "cert"


def offered(turn: Turn, track: Track, taken: learning.Taken) -> list[Choice]:
    """The certificate as a choice, once every lesson of the track is finished."""
    found = certificates.standing(turn.library, track, taken, turn.audience)
    return [Choice(turn.say("Get the certificate"), make(NAME, f"of={track.id}"))] if found.is_finished else []


def tapped(turn: Turn) -> Reply:
    """A button: which track, which name, the paper, or none of it."""
    consents.require(turn.tx, turn.speaker.person, "learn")
    wanted, _, value = turn.payload.argument.partition("=")
    kept = awaited(turn, NAME)
    match wanted, value:
        case "of", _:
            return ask(turn, value)
        case "pdf", _ if number := read_number(value):
            return paper(turn, number)
        case "use", "known" if kept:
            return issue(turn, kept["track"], turn.speaker.name)
        case "use", "none" if kept:
            return issue(turn, kept["track"], "")
        case "skip", "" if kept:
            return issue(turn, kept["track"], "")
    turn.state.awaited = None
    return Reply(text=turn.say("That is fine. The certificate can be had at any time."), choices=_onward(turn))


def ask(turn: Turn, track_id: str, wrong: str = "") -> Reply:
    """Which name to print; or which lessons are still missing."""
    track = next((each for each in learning.tracks(turn.library, turn.audience) if each.id == track_id), None)
    if track is None:
        return Reply(text=turn.say("This certificate can be had once every lesson is finished."), choices=_onward(turn))
    _ = turn.say
    found = certificates.standing(turn.library, track, learning.progress(turn.tx, turn.speaker.person), turn.audience)
    if not found.is_earned:
        return missing(turn, found)
    await_text(turn, NAME, track=track.id)
    text = _("Which name shall stand on the certificate? Type it, at most 60 letters. It may also stay empty.")
    known = turn.speaker.name
    choices = (
        *([Choice(known, make(NAME, "use=known"))] if known and certificates.may_be_printed(known) else []),
        Choice(_("Leave the name empty"), make(NAME, "use=none")),
        move(turn, NAME, "cancel"),
    )
    return Reply(text=on_lines(wrong, f"📘 {text}"), choices=choices)


def missing(turn: Turn, found: certificates.Standing) -> Reply:
    """What is still to be done, without blame."""
    _ = turn.say
    if found.is_finished:
        text = _(
            "All lessons are finished, {right} of {questions} questions right. The certificate wants {share} in a "
            "hundred. Take one of these again, in your own time:",
            right=found.right_answers,
            questions=found.questions,
            share=rules.SHARE,
        )
    else:
        text = _("{done} of {total} lessons are finished. These are left:", done=found.finished, total=found.lessons)
    choices = [Choice(turn.library.lessons[each].title, make("lesson", each)) for each in found.weakest[:5]]
    return Reply(text=f"📘 {text}", choices=(*choices, *_onward(turn)))


def typed(turn: Turn) -> Reply | InboundMessage:
    """The name. What is clearly none is understood as what it is."""
    kept, text = awaited(turn, NAME), turn.message.text
    if text.rstrip().endswith("?"):
        turn.state.awaited = None
        return turn.message
    try:
        name = certificates.checked_name(text)
    except CertificateRefused as refused:
        return ask(turn, kept["track"], wrong=turn.say(refused.say, **refused.values))
    return issue(turn, kept["track"], name)


def issue(turn: Turn, track_id: str, name: str) -> Reply:
    """Give it."""
    turn.state.awaited = None
    track = turn.library.tracks.get(track_id)
    if track is None:
        return ask(turn, track_id)
    try:
        shown = certificates.issue(
            turn.tx,
            turn.library,
            track,
            person=turn.speaker.person,
            audience=turn.audience,
            name=name,
            team=next((role.team_name for role in turn.roles), ""),
            locale=turn.locale,
            now=turn.now,
            today=turn.today,
        )
    except CertificateRefused as refused:
        return ask(turn, track_id, wrong=turn.say(refused.say, **refused.values))
    return told(turn, track, shown)


def told(turn: Turn, track: Track, shown: Shown) -> Reply:
    """The certificate as a picture, and how it is checked."""
    _ = turn.say
    order = _order(turn, shown, "png")
    lines = (
        "📘 " + _("Here is the certificate, number {number}.", number=certificate_paper.number(shown)),
        _("Anybody can check it at: {link}", link=order.link)
        if order.link
        else _("Anybody can check its code at /certificates of our page: {code}", code=rules.printed(order.code)),
        _("It is a word of thanks of the team; the official confirmation is the one on {where}.", where=OFFICIAL),
    )
    return Reply(
        text="\n".join(lines),
        picture=media.promise_certificate(turn.tx, order, now=turn.now),
        picture_alt=certificate_paper.described(shown, turn.words),
        choices=(
            Choice(_("As a PDF to print"), make(NAME, f"pdf={shown.number}")),
            Choice(_("Print another name"), make(NAME, f"of={track.id}")),
            *_onward(turn),
        ),
    )


def paper(turn: Turn, number: int) -> Reply:
    """A certificate of this person as a PDF."""
    shown = certificates.mine(turn.tx, turn.speaker.person, number)
    order = _order(turn, shown, "pdf")
    return Reply(
        text="📘 " + turn.say("The certificate on a sheet of A4."),
        file=media.promise_certificate(turn.tx, order, now=turn.now),
        file_name=certificate_paper.file_name(order),
        choices=_onward(turn),
    )


OFFICIAL = certificate_paper.OFFICIAL


def _order(turn: Turn, shown: Shown, form: str) -> Order:
    code = rules.code_of(turn.secret, shown)
    link = f"{turn.public_url}/certificates/{code}" if turn.public_url else ""
    return Order(certificate=shown.number, code=code, link=link, form=form)


def _onward(turn: Turn) -> tuple[Choice, ...]:
    _ = turn.say
    return (Choice(_("Take a short lesson"), make("go", "baihoc")), menu.home(turn))

"""/loa: a text for the commune loudspeaker, from a lesson or fact chosen by buttons or looked for by words."""

from bot.core.errors import KnownError
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.splitting import shorten
from bot.core.text import on_lines, phrase
from bot.services import loudspeaker
from bot.turn import Turn
from handlers import menu
from handlers.awaiting import await_text, move

NAME = "loa"
LABEL = 40
EACH = 4  # lessons, and as many facts, that are offered for words
_DEEP = 400  # hits looked through; of the nearest facts many may be too old to be read out


def start(turn: Turn) -> Reply:
    """/loa WORDS; without words one chooses."""
    loudspeaker.may_make(turn.roles)
    text = turn.message.text
    wanted = text.partition(" ")[2].strip() if text.startswith("/") else ""
    return look(turn, wanted) if phrase(wanted) else ask(turn)


def ask(turn: Turn, wrong: str = "") -> Reply:
    """Which lesson, or words to look for."""
    await_text(turn, NAME)
    _ = turn.say
    text = _(
        "What shall be read out? Choose a group of lessons, or type a few words, for example: {example}",
        example="lừa đảo",
    )
    tracks = [
        Choice(turn.show(track.title), make(NAME, f"t={track.id}"))
        for track in turn.library.tracks.values()
        if turn.audience & set(track.audience)
    ]
    return Reply(text=on_lines(wrong, f"📘 {text}"), choices=(*tracks, move(turn, NAME, "cancel")))


def typed(turn: Turn) -> Reply:
    """The words that were awaited, or the id of a lesson or fact."""
    loudspeaker.may_make(turn.roles)
    return look(turn, turn.message.text)


def tapped(turn: Turn) -> Reply:
    """A group of lessons, one lesson or fact, or none after all."""
    role = loudspeaker.may_make(turn.roles)
    what, _, name = turn.payload.argument.partition("=")
    track = turn.library.tracks.get(name)
    if what == "t" and track:
        found = [turn.library.lessons[each] for each in track.lessons if each in turn.library.lessons]
        choices = tuple(Choice(shorten(each.title, LABEL), make(NAME, f"s={each.id}")) for each in found)
        return Reply(text="📘 " + turn.show(track.title), choices=(*choices, _back(turn)))
    if what == "s":
        turn.state.awaited = None
        return script(turn, name, role.commune)
    if what in {"cancel", "back", "skip"}:
        turn.state.awaited = None
        return menu.show(turn)
    return ask(turn)


def look(turn: Turn, text: str) -> Reply:
    """Lessons and facts that fit the words, those that may be read out first of all."""
    role = loudspeaker.may_make(turn.roles)
    name = text.strip()
    if name in turn.library.lessons or name in turn.library.facts:
        turn.state.awaited = None
        return script(turn, name, role.commune)
    ids = [hit.entry.id for hit in turn.index.search(text, _DEEP)] if phrase(text) else []
    lessons = [turn.library.lessons[each] for each in ids if each in turn.library.lessons][:EACH]
    facts = [turn.library.facts[each] for each in ids[:_DEEP] if each in turn.library.facts]
    usable = [fact for fact in facts if loudspeaker.may_read(fact, turn.today)][:EACH]
    if not lessons and not usable:
        _ = turn.say
        return ask(turn, _("Nothing was found for these words. Try other ones, or choose a group."))
    choices = dict.fromkeys(
        [
            *(Choice(shorten(each.title, LABEL), make(NAME, f"s={each.id}")) for each in lessons),
            *(Choice(each.label, make(NAME, f"s={each.id}")) for each in usable),
        ]
    )
    await_text(turn, NAME)
    return Reply(text="📘 " + turn.say("Which one shall be read out?"), choices=(*choices, _back(turn)))


def script(turn: Turn, name: str, place: str) -> Reply:
    """The text itself; it is Vietnamese in every language. Why not, when it must not be read out."""
    _ = turn.say
    again = Choice(_("Another text"), make(NAME))
    menu_button = menu.home(turn)
    try:
        made = loudspeaker.make(turn.library, name, today=turn.today, place=place)
    except KnownError as refused:
        newer = str(refused.values.get("id", ""))
        instead = (Choice(str(refused.values["label"]), make(NAME, f"s={newer}")),) if newer else ()
        return Reply(text="⚠️ " + turn.say(refused.say, **refused.values), choices=(*instead, again, menu_button))
    head = _("For the loudspeaker: about {seconds} seconds, {n} syllables.", seconds=made.seconds, n=made.syllables)
    return Reply(text=f"📘 {head}\n\n{made.text}", choices=(again, menu_button))


def _back(turn: Turn) -> Choice:
    return Choice(turn.say("Choose again"), make(NAME))

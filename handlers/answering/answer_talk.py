"""What is said after an answer: "đúng ý", "chưa đúng", "nguồn?", "không cần báo"."""

from typing import Any

from bot.core.content import Source
from bot.core.messages import Choice, Reply
from bot.core.payload import make
from bot.core.payload import number as read_number
from bot.core.privacy import bare
from bot.services import answers, asking, local_answers
from bot.turn import Turn
from handlers import help as help_page
from handlers import menu
from handlers.answering import questions

YES = ("đúng", "đúng!", "đúng.", "đúng ạ")  # without marks it reads like "dừng", which stops everything
RIGHT = ("dung", "dung a", "dung y", "dung y roi", "dung roi", "chuan", "chinh xac", "that is it", "right", "correct")
WRONG = ("chua dung", "chua dung y", "khong dung", "khong dung y", "sai", "sai roi", "not what i meant", "wrong")
SOURCE = ("nguon", "nguon dau", "nguon o dau", "nguon nao", "nguon gi", "nguon tin", "source", "sources", "the source")
_DEEP = 10  # hits looked at for the next nearest


def meant(turn: Turn, words: str) -> str:
    """The button that typed words stand for after an answer; empty when they are a message of their own."""
    key = (turn.state.answer or {}).get("key", "")
    if turn.message.text.lower() in YES and not key:
        return make("go", "menu")
    if words in SOURCE:
        return make("source", key)
    if key and words in RIGHT:
        return make("mark", f"right={key}")
    return make("mark", f"wrong={key}") if key and words in WRONG else ""


def marked(turn: Turn) -> Reply:
    """An answer was marked. The question it answered is known for the last one; an older one's is not."""
    verdict, _, key = turn.payload.argument.partition("=")
    if verdict not in ("right", "wrong") or not _is_known(turn, key):
        return help_page.old_button(turn)
    last = _language(turn)
    question = turn.state.question if last.get("key") == key else ""
    asking.mark(
        turn.tx,
        person=turn.speaker.person,
        subject=key,
        question=question,
        right=verdict == "right",
        now=turn.now,
    )
    if verdict == "wrong":
        return _wrong(turn, key, question)
    text = turn.say("💬 Noted, thank you. Ask on whenever you like.")
    return Reply(text=text, choices=(Choice(turn.say("Source"), make("source", key)), menu.home(turn)))


def _wrong(turn: Turn, key: str, question: str) -> Reply:
    """The next nearest; and the question, when it is known, goes to the coordinator."""
    _ = turn.say
    text = _("💬 Noted, thank you.")
    if not question:
        return Reply(text=f"{text} {_('Please ask again in other words.')}", choices=(menu.home(turn),))
    refused = [*(turn.state.answer or {}).get("not", ()), key]
    turn.state.answer = {**(turn.state.answer or {}), "not": refused[-_DEEP:]}
    hits = [hit for hit in turn.index.search(bare(question), _DEEP) if questions.key_of(hit) not in refused]
    near = questions.nearest(turn, hits)
    kept = answers.keep_question(turn.tx, person=turn.speaker.person, question=question, now=turn.now, subject=key)
    if near:
        text += " " + _("Nearest after that:")
    choices = (*near, *questions.hush(turn, kept), menu.home(turn))
    return Reply(text=f"{text}\n{questions.passed_on(turn)}", choices=choices)


def hushed(turn: Turn) -> Reply:
    """Who asked does not want to be told."""
    if not asking.hush(turn.tx, read_number(turn.payload.argument), person=turn.speaker.person, now=turn.now):
        return help_page.old_button(turn)
    text = turn.say("💬 Fine: nobody writes to you about this question. It stays with the person in charge.")
    return Reply(text=text, choices=(menu.home(turn),))


def source(turn: Turn) -> Reply:
    """Where the last answer stands, in full."""
    last = _language(turn)
    key = turn.payload.argument or last.get("key", "")
    lines = _source_lines(turn, key)
    if not lines:
        text = turn.say("💬 There is no answer yet whose source could be shown. Ask something first.")
        return Reply(text=text, choices=(menu.home(turn),))
    return Reply(text="\n".join(("💬 " + turn.say("Source:"), *lines)), choices=(menu.home(turn),))


def _source_lines(turn: Turn, key: str) -> list[str]:
    _ = turn.say
    if fact := turn.library.facts.get(key):
        return [*_told(turn, turn.library.sources[fact.source], fact.line), _("As of {as_of}.", as_of=fact.as_of_text)]
    if lesson := turn.library.lessons.get(key):
        sources = [line for name in lesson.sources for line in _told(turn, turn.library.sources[name], None)]
        return [*sources[:12], _("Checked on {day}.", day=lesson.checked_on)]
    if passage := asking.passage(turn.tx, key):
        return _told(turn, passage.source, passage.line)
    if local := local_answers.told_now(turn.tx, key, person=turn.speaker.person, today=turn.today):
        day = local.written_on.astimezone(turn.zone).date()
        told = questions.signed(turn, local.team_name, day, local.as_of, local.source)
        return [told, _("Good until {day}.", day=local.expires_on)]
    return []


def _told(turn: Turn, source: Source, line: int | None) -> list[str]:
    """A source in full: title, publisher, date, address, line."""
    _ = turn.say
    day = source.date_text or (turn.show(source.date) if source.date else "")
    lines = [source.title, ", ".join(part for part in (source.publisher, day) if part)]
    if source.address:
        lines.append(source.address)
    if line:
        lines.append(_("Line {line} of the document.", line=line))
    return [part for part in lines if part]


def _language(turn: Turn) -> dict[str, Any]:
    """The last answer; who asked in English hears English until the next question."""
    last = turn.state.answer or {}
    turn.locale = last.get("locale", turn.locale)
    return last


def _is_known(turn: Turn, key: str) -> bool:
    if key in turn.library.facts or key in turn.library.lessons:
        return True
    return bool(
        asking.passage(turn.tx, key)
        or local_answers.told_now(turn.tx, key, person=turn.speaker.person, today=turn.today)
    )

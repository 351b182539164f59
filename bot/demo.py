"""A made-up commune in a throw-away database: eight units, twelve volunteers, ten weeks of reports."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.app import Program, build
from bot.core.clock import Clock
from bot.core.forms import FormState
from bot.core.messages import InboundMessage
from bot.core.people import Speaker
from bot.models import Team, Unit
from bot.services import consents, reports, teams
from bot.settings import Settings
from bot.storage import areas, people
from bot.storage.database import Transaction
from bot.web import sessions
from bot.web.personas import Persona

COMMUNE = "Xã Bản Mẫu (dữ liệu mẫu)"
TEAM = "Tổ Bản Mẫu"
UNITS = 8
WEEKS = 10
NAMES = (
    "Hoa", "Tuấn", "Lý", "Páo", "Mai", "Sơn", "Thảo", "Dũng", "Hạnh", "Kiên", "Nga", "Bình",
)  # fmt: skip


PERSONAS = (
    Persona(name="lan", title="Bà Lan – người dân", about="Học bài ngắn, hỏi thông tin, xem ngày cần nhớ."),
    Persona(
        name="hoa",
        title="Hoa – tình nguyện viên (Tổ Bản Mẫu)",
        about="Ghi phiếu từng bước hoặc bằng một dòng, xem và sửa phiếu của mình.",
        role="volunteer",
    ),
    Persona(
        name="minh",
        title="Anh Minh – điều phối (Tổ Bản Mẫu)",
        about="Xem tổng kết tuần, cùng mọi việc của tình nguyện viên.",
        role="coordinator",
    ),
)


@contextmanager
def program(settings: Settings, clock: Clock) -> Iterator[Program]:
    """The program on a fresh sample commune; everything is thrown away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tungngo-demo-"))
    demo = settings.model_copy(
        update={"database_url": "", "data_dir": folder, "public_url": "", "host": _loopback(settings.host)}
    )
    built = build(demo, clock=clock, create=True)
    try:
        built.personas = built.database.write_now(lambda tx: fill(tx, built, clock()))
        built.commune = COMMUNE
        yield built
    finally:
        built.close()
        shutil.rmtree(folder, ignore_errors=True)


def _loopback(host: str) -> str:
    return host if host in ("localhost", "::1") or host.startswith("127.") else "127.0.0.1"


def fill(tx: Transaction, built: Program, now: datetime) -> tuple[Persona, ...]:
    """The sample commune; the personas with the chats that make a browser them."""
    team = add_commune(tx, now)
    volunteers = [add_person(tx, f"demo-{name}", name, now) for name in NAMES[1:]]
    for speaker in volunteers:
        people.add_member(tx, team=team.id or 0, person=speaker.person, role="volunteer", now=now)
    add_reports(tx, built, [speaker.person for speaker in volunteers], now)
    made = []
    for persona in PERSONAS:
        chat = sessions.chat_of(sessions.new_token())
        speaker = add_person(tx, chat, persona.title.partition(" –")[0], now)
        if persona.role:
            people.add_member(tx, team=team.id or 0, person=speaker.person, role=persona.role, now=now)
        made.append(Persona(name=persona.name, title=persona.title, about=persona.about, role=persona.role, chat=chat))
    return tuple(made)


def add_console(tx: Transaction, persona: str, built: Program, now: datetime) -> str:
    """The chat that makes the terminal one of the personas."""
    chosen = next((each for each in built.personas if each.name == persona), built.personas[0])
    known = people.find_speaker(tx, InboundMessage(channel="web", chat=chosen.chat, external_id=""))
    assert known
    people.add_contact(tx, person=known[0].person, channel="console", chat=f"console-{chosen.name}", now=now)
    return f"console-{chosen.name}"


def add_commune(tx: Transaction, now: datetime) -> Team:
    """A team that covers eight hamlets."""
    team = Team(province="Tỉnh mẫu", commune="Xã Bản Mẫu", name=TEAM, code="TM", created_at=now)
    units = [
        Unit(province="Tỉnh mẫu", commune="Xã Bản Mẫu", kind="Thôn", name=str(number), households=90 + 7 * number)
        for number in range(1, UNITS + 1)
    ]
    return areas.add_team(tx, team, units)


def add_person(tx: Transaction, chat: str, name: str, now: datetime) -> Speaker:
    """Somebody who agreed to everything and is reached by web chat."""
    speaker = people.add_speaker(tx, InboundMessage(channel="web", chat=chat, external_id="demo"), locale="vi", now=now)
    for purpose in consents.PURPOSES:
        consents.give(tx, speaker, purpose, name=name, now=now)
    return speaker


def add_reports(tx: Transaction, built: Program, volunteers: list[int], now: datetime) -> None:
    """Ten weeks of plausible reports ending today; the same every time but for the dates."""
    dice = random.Random(20221010)  # noqa: S311  sample data, nothing secret
    form = built.library.forms["outreach"]
    today = now.astimezone(built.settings.zone).date()
    for person in volunteers:
        roles = teams.roles(tx, person)
        places = teams.places(tx, roles[0].team)
        for week in range(WEEKS):
            for _ in range(dice.choice((0, 1, 1, 1, 2))):
                day = min(today, today - timedelta(days=7 * week + dice.randint(0, 6)))
                state = FormState(
                    form=form.id,
                    version=form.version,
                    team=roles[0].team,
                    answers=_answers(dice, day, dice.choice(places[: UNITS - 2]).id, recent=not week),
                )
                reports.file(
                    tx, form, state, roles=roles, person=person, now=now - timedelta(days=7 * week), today=today
                )


def _answers(dice: random.Random, day: date, place: int, *, recent: bool) -> dict[str, object]:
    households = dice.randint(1, 8)
    number = households + dice.randint(0, 6)
    result = dice.choice(("done", "done", "done", "again"))
    skills = dice.sample(("vneid", "dvc", "payment", "health", "safety"), dice.randint(1, 3))
    return {
        "day": day.isoformat(),
        "place": place,
        "kind": dice.choice(("home", "home", "home", "class", "point", "counter")),
        "households": households,
        "people": number,
        "elderly": dice.choice((None, dice.randint(0, number))),
        "skills": {skill: dice.choice((None, dice.randint(1, number))) for skill in skills},
        "result": result if recent else "done",  # what older ones asked for was done since
        "difficulties": {dice.choice(("old_phone", "weak_signal", "forgot")): None} if dice.random() < 0.3 else None,  # noqa: PLR2004
    }

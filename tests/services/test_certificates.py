from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.core import certificates as rules
from bot.core.certificates import Shown
from bot.core.conversation import LessonState
from bot.library import Library
from bot.models import METADATA
from bot.services import certificates, learning
from bot.services.certificates import CertificateRefused, Finding
from bot.services.files import certificate_paper, media
from bot.services.files.certificate_paper import Order
from bot.storage.database import Database
from tests.fakes.clock import SettableClock
from tests.services.commune import Commune

KEY = b"k" * 32
TRACK = "doi-song-so"
RESIDENT = frozenset({"resident"})


class Office:
    """Who gives certificates to whom."""

    def __init__(self, commune: Commune) -> None:
        self.commune, self.library = commune, commune.library
        self.track = self.library.tracks[TRACK]

    def learn(self, name: str = "Lan", *, right: int = 2, but: int = 0) -> None:
        person, now = self.commune.persons[name], self.commune.clock()
        for lesson in self.track.lessons[but:]:
            state = LessonState(lesson=lesson, step=99, right=right)
            keep = partial(learning.keep, person=person, state=state, finished=True, now=now)
            self.commune.database.write_now(keep)

    def issue(self, who: str = "Lan", **more: Any) -> Shown:
        act = {"name": "Nguyễn Thị Lan", "team": "Tổ Bản Mẫu", "locale": "vi", "audience": RESIDENT, **more}
        track = act.pop("track", self.track)
        person, now, today = self.commune.persons[who], self.commune.clock(), self.commune.today
        return self.commune.database.write_now(
            lambda tx: certificates.issue(tx, self.library, track, person=person, now=now, today=today, **act)
        )

    def check(self, code: str) -> certificates.Checked:
        return self.commune.database.read_now(lambda tx: certificates.check(tx, (KEY,), code))

    def file(self, shown: Shown, form: str) -> tuple[str, bytes]:
        code = rules.code_of(KEY, shown)
        order = Order(certificate=shown.number, code=code, link=f"https://a.vn/certificates/{code}", form=form)
        now = self.commune.clock()
        name = self.commune.database.write_now(lambda tx: media.promise_certificate(tx, order, now=now))
        found = media.load_now(self.commune.database, self.library, name)
        assert found
        return name, found.content


@pytest.fixture
def office(sqlite_url: str, library: Library, clock: SettableClock) -> Iterator[Office]:
    with closing(Database(sqlite_url)) as database:
        yield Office(Commune(database, library, clock).build())


@pytest.fixture
def anywhere(database: Database, library: Library, clock: SettableClock) -> Office:
    return Office(Commune(database, library, clock).build())


def test_a_finished_track_earns_one_that_is_verified_until_it_is_withdrawn(anywhere: Office) -> None:
    office = anywhere
    office.learn()
    shown = office.issue()
    assert (shown.lessons, shown.questions, shown.right_answers) == (9, 27, 18)
    code = rules.code_of(KEY, shown)
    found = office.check(rules.printed(code))
    assert (found.finding, found.shown) == (Finding.GENUINE, shown)
    name, content = office.file(shown, "png")
    assert content.startswith(b"\x89PNG")
    person, now = office.commune.persons["Lan"], office.commune.clock()
    office.commune.database.write_now(lambda tx: certificates.withdraw_all(tx, person, now=now))
    assert office.check(code).finding is Finding.WITHDRAWN
    (row,) = office.commune.rows("certificate")
    assert (row["name"], row["team"], row["person_id"]) == ("", "", None)
    assert media.load_now(office.commune.database, office.library, name) is None


CHANGED = {
    "title": "Kỹ năng số",
    "name": "Người Khác",
    "team": "Tổ Khác",
    "lessons": 10,
    "questions": 28,
    "right_answers": 19,
    "issued_on": "2026-11-19",
    "locale": "en",
    "id": 2,
}


@pytest.mark.parametrize("column", CHANGED)
def test_a_row_that_somebody_changed_is_found_out(column: str, office: Office) -> None:
    office.learn()
    code = rules.code_of(KEY, office.issue())
    table = METADATA.tables["certificate"]
    value: Any = CHANGED[column]
    if column == "issued_on":
        value = office.commune.today.replace(day=19)
    office.commune.database.write_now(lambda tx: tx.connection.execute(table.update().values({column: value})))
    assert office.check(code).finding is Finding.FORGED
    assert office.check(code.replace("1-", "2-", 1)).finding is Finding.FORGED


def test_what_was_never_given_is_not_ours(office: Office) -> None:
    office.learn()
    shown = office.issue()
    signature = rules.code_of(KEY, shown).partition("-")[2]
    other = rules.code_of(b"j" * 32, shown)
    for code in ("", "x", f"99-{signature}", f"1-{'a' * 26}", other, "1-", "9" * 40, "1-" + "é" * 26, "%00"):
        assert office.check(code).finding is Finding.FORGED, code


def test_nobody_gets_what_they_have_not_earned(office: Office) -> None:
    with pytest.raises(CertificateRefused):
        office.issue()
    office.learn(right=1, but=1)
    with pytest.raises(CertificateRefused):
        office.issue()
    office.learn(right=1)
    with pytest.raises(CertificateRefused):
        office.issue()
    office.learn(right=2)
    with pytest.raises(CertificateRefused):
        office.issue(track=office.library.tracks["dieu-phoi"])
    assert office.issue().number == 1


def test_a_new_one_takes_the_place_of_the_old(office: Office) -> None:
    office.learn()
    first = office.issue()
    name, _ = office.file(first, "pdf")
    second = office.issue(name="")
    assert office.check(rules.code_of(KEY, first)).finding is Finding.WITHDRAWN
    assert office.check(rules.code_of(KEY, second)).finding is Finding.GENUINE
    assert media.load_now(office.commune.database, office.library, name) is None
    mine, person = office.commune.database.read_now, office.commune.persons["Lan"]
    assert mine(lambda tx: certificates.mine(tx, person, second.number)) == second
    for who, number in (("Lan", first.number), ("Hoa", second.number)):
        with pytest.raises(CertificateRefused):
            mine(partial(certificates.mine, person=office.commune.persons[who], number=number))


@pytest.mark.parametrize(
    "name", ["Nguyễn Văn A 0912345678", "Lan 2", "a" * 61, "Lan\nHoa\u202e", "<b>Lan</b>", "😀", "**Lan**"]
)
def test_a_name_is_only_a_name(name: str) -> None:
    with pytest.raises(CertificateRefused):
        certificates.checked_name(name)


@pytest.mark.parametrize("name", ["", "  Nguyễn   Thị Lan ", "H'Hen Niê", "K’ Brếu", "Ma-ri-a", "a" * 60])
def test_names_of_all_peoples_are_printed(name: str) -> None:
    assert certificates.checked_name(name) == " ".join(name.split())


def test_the_paper_is_one_sheet_and_says_where_the_official_one_is(office: Office) -> None:
    office.learn()
    shown = office.issue()
    _, content = office.file(shown, "pdf")
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") == 1
    code = rules.code_of(KEY, shown)
    order = Order(certificate=shown.number, code=code, link="", form="png")
    for locale in ("vi", "en"):
        drawn = certificate_paper.svg(replace(shown, locale=locale), order, office.library.words[locale])
        for words in (
            "Nguyễn Thị Lan",
            "Tổ Bản Mẫu",
            "VNeID, binhdanhocvuso.gov.vn",
            "18/11/2026",
            rules.printed(code),
        ):
            assert words in drawn
        assert "<path" not in drawn  # no address, so nothing to scan
    scanned = certificate_paper.svg(shown, replace(order, link="https://a.vn/x"), office.library.words["vi"])
    assert "<path" in scanned

"""Unknown syllables: Telex, one slip, a lost space."""

import pytest

from bot.search.question import FAMILIAR, understand
from bot.search.reading import syllable
from bot.search.repair import Repair
from bot.search.spelling import one_slip, undo_telex, well_spelled
from tests.search.samples import INDEX, LEXICON


def understood(text: str) -> str:
    repair = Repair(INDEX.fields, LEXICON, familiar=FAMILIAR)
    return " ".join(one.folded for one in understand(text, LEXICON, repair).syllables)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chuyeenr", "chuyển"),
        ("chuyeern", "chuyển"),
        ("ddooir", "đổi"),
        ("soos", "số"),
        ("dduwowcj", "được"),
        ("dduocwj", "được"),
        ("ddieenj", "điện"),
        ("hoaf", "hoà"),
        ("nguwowif", "người"),
        ("thuws", "thứ"),
        ("so", ""),
        ("hoso", ""),
        ("số", ""),
        ("covid", ""),
        ("", ""),
    ],
)
def test_undo_telex(typed: str, meant: str) -> None:
    assert syllable(undo_telex(typed)) == syllable(meant)


@pytest.mark.parametrize(
    ("typed", "meant", "near"),
    [
        ("chyen", "chuyen", True),
        ("chuyyen", "chuyen", True),
        ("cjuyen", "chuyen", True),
        ("hcuyen", "chuyen", True),
        ("chuyen", "chuyen", False),
        ("chen", "chuyen", False),
        ("nuyech", "chuyen", False),
    ],
)
def test_one_slip(typed: str, meant: str, near: bool) -> None:  # noqa: FBT001 - a column of the table
    assert one_slip(typed, meant) is near


@pytest.mark.parametrize("folded", ["nghieng", "quyen", "thuoc", "ai", "gi", "xoong", "khuyu", "oanh"])
def test_well_spelled(folded: str) -> None:
    assert well_spelled(folded)


@pytest.mark.parametrize("folded", ["thhng", "tthc", "hoso", "wifi", "taxi", "vneid"])
def test_not_well_spelled(folded: str) -> None:
    assert not well_spelled(folded)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("chuyeenr ddooir soos", "chuyen doi so"),
        ("CDDS", "chuyen doi so"),
        ("cdds", "chuyen doi so"),
        ("chyển đổi số", "chuyen doi so"),
        ("chuyểnn đổi số", "chuyen doi so"),
        ("chuyểển đổi số", "chuyen doi so"),
        ("thủ tuc hnh chinh", "thu tuc hanh chinh"),
        ("chuyểnđổi số", "chuyen doi so"),
        ("tàikhoản VNeID", "tai khoan vneid"),
        ("kinh tếsố", "kinh te so"),
        ("cdslà gì", "chuyen doi so la gi"),
        ("#chuyendoiso", "chuyen doi so"),
        ("kinhtếsố", "kinh te so"),
        ("năm2024", "nam 2024"),
        ("tthcc", "thu tuc hanh chinh"),
        ("bao nhieu wifi", "bao nhieu wifi"),
        ("x" * 500, "x" * 500),
    ],
)
def test_mended(typed: str, meant: str) -> None:
    assert understood(typed) == meant


def test_a_well_spelled_word_stays_unless_its_neighbours_speak_for_another() -> None:
    assert understood("bố") == "bo"  # "bộ", "bố": known without marks
    assert understood("răng") == "rang"


def test_courtesy_is_dropped() -> None:
    assert understood("dạ VNeID ạ") == "vneid"

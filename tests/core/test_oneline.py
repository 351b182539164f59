import re
from collections.abc import Callable, Mapping
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.report_line.oneline import FIELDS, Vocabulary, read_line
from bot.core.text import fold

TODAY = date(2026, 11, 18)
YESTERDAY = date(2026, 11, 17)
WORDS = Vocabulary(
    places=(("1", ("Thôn 1", "t1")), ("3", ("Thôn 3", "t3")), ("4", ("Thôn 13",)), ("5", ("Xóm Đông", "xd"))),
    skills=(
        ("vneid", ("VNeID", "định danh", "định danh mức 2")),
        ("dvc", ("Dịch vụ công", "dvc")),
        ("health", ("Sổ sức khỏe", "ssk")),
    ),
    kinds=(("home", ("Tại nhà", "đến nhà")), ("class", ("Lớp tập trung", "lớp")), ("counter", ("một cửa",))),
    results=(("done", ("Tự làm được", "làm được")), ("again", ("Cần tới lại", "chưa làm được"))),
    difficulties=(
        ("old_phone", ("Máy cũ",)),
        ("weak_signal", ("Sóng yếu", "mất sóng")),
        ("no_phone", ("Không có máy",)),
    ),
)


def values(text: str) -> Mapping[str, object]:
    reading = read_line(text, WORDS, TODAY)
    assert (reading.unclear, reading.asked) == ((), ()), text
    return reading.values


@pytest.mark.parametrize(
    "text",
    [
        "bc t3 5ho 8ng 60+ 3 vneid 2 dvc 3 sang nay",
        "BC T3 5HO 8NG 60+ 3 VNEID 2 DVC 3 SANG NAY",
        "Báo cáo: thôn 3, 5 hộ, 8 người, trên 60 tuổi: 3, VNeID 2, dịch vụ công 3, sáng nay",
        "hôm nay ở thôn 03 được năm hộ, tám người, ba cụ; định danh 2\ndvc: 3",
        "thoon 3 5 hooj 8 nguwowif 3 cuj ddinh danh 2 dvc 3 hom nay",
        "18/11 số hộ: 5, số người: 8, 60+: 3, t3. 2 vneid 3 dvc",
        "t3 5 hộ 8 người trên 60 tuổi 3 vneid 2 dvc 3 18-11-2026",
    ],
)
def test_one_report_said_in_many_ways(text: str) -> None:
    assert values(text) == {
        "day": TODAY,
        "place": "3",
        "households": 5,
        "people": 8,
        "elderly": 3,
        "skills": {"vneid": 2, "dvc": 3},
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("bc", {}),
        ("5 ho 8 nguoi o thon 3 hom qua", {"day": YESTERDAY, "place": "3", "households": 5, "people": 8}),
        ("tại nhà, tự làm được, 90 phút, 2tv", {"kind": "home", "result": "done", "members": 2, "minutes": 90}),
        *((text, {"minutes": 90}) for text in ("90p", "1h30", "1 tiếng rưỡi", "1 giờ 30 phút", "một tiếng 30p")),
        ("nửa tiếng", {"minutes": 30}),
        ("sóng yếu, máy cũ", {"difficulties": ("old_phone", "weak_signal")}),
        ("không có máy", {"difficulties": ("no_phone",)}),
        ("chưa làm được", {"result": "again"}),
        ("định danh mức 2: 4", {"skills": {"vneid": 4}}),
        ("vneid dvc 3", {"skills": {"vneid": None, "dvc": 3}}),
        ("dvc 3 dvc", {"skills": {"dvc": 3}}),
        ("8 người, vneid 2 người, dvc 3 người", {"people": 8, "skills": {"vneid": 2, "dvc": 3}}),
        ("vneid 8 người", {"people": 8, "skills": {"vneid": None}}),
        ("hộ 5 người 8", {"households": 5, "people": 8}),
        ("thứ ba 60+ 3", {"day": YESTERDAY, "elderly": 3}),
        ("thứ ba t3", {"day": YESTERDAY, "place": "3"}),
        ("hai chục hộ, 1.234 người", {"households": 20, "people": 1234}),
        ("một cửa, một thành viên", {"kind": "counter", "members": 1}),
        ("5 hộ, 5 ho", {"households": 5}),
        ("không hộ, 0 người", {"households": 0, "people": 0}),
        ("18/11 hộ 5", {"day": TODAY, "households": 5}),
        ("xóm đông", {"place": "5"}),
    ],
)
def test_what_is_clear(text: str, found: dict[str, object]) -> None:
    assert values(text) == found


@pytest.mark.parametrize(
    ("text", "unclear", "asked"),
    [
        ("5h", ("5h",), ("households", "minutes")),
        ("5h 90p", ("5h",), ("households",)),
        ("5h 30p", ("5h 30p",), ("households", "minutes")),
        ("khoảng 5 hộ", ("khoảng 5 hộ",), ("households",)),
        ("5-6 hộ", ("5-6 hộ",), ("households",)),
        ("5/6 hộ", ("5/6 hộ",), ("households",)),
        ("2,5 hộ", ("2,5 hộ",), ("households",)),
        ("-3 hộ", ("-3 hộ",), ("households",)),
        ("năm chục rưỡi hộ", ("năm chục rưỡi hộ",), ("households",)),
        ("99999999 hộ", ("99999999 hộ",), ("households",)),
        ("5 hộ 6 hộ", ("5 hộ 6 hộ",), ("households",)),
        ("t3 t1", ("t3 t1",), ("place",)),
        ("vneid 2, vneid 3", ("vneid 2", "vneid 3"), ("skills",)),
        ("2 vneid 3", ("2 vneid 3",), ("skills",)),
        ("chưa tự làm được", ("chưa tự làm được",), ("result",)),
        ("không vneid", ("không vneid",), ("skills",)),
        ("thứ ba này", ("thứ ba này",), ("day",)),
        ("thứ hai 17/11", ("thứ hai 17/11",), ("day",)),
        ("hộ", ("hộ",), ("households",)),
        ("7", ("7",), ()),
        ("t9", ("t9",), ()),
        ("hồ 5", ("hồ 5",), ()),
        ("x5", ("x5",), ()),
        ("9h30 sáng", ("9h30 sáng",), ()),
        ("8h30", ("8h30",), ("minutes",)),
        ("31/4", ("31/4",), ()),
        ("chị Mai ốm", ("chị Mai ốm",), ()),
    ],
)
def test_what_is_not_clear_is_said_and_not_guessed(text: str, unclear: tuple[str, ...], asked: tuple[str, ...]) -> None:
    reading = read_line(text, WORDS, TODAY)
    assert (reading.unclear, reading.asked) == (unclear, asked)
    assert not set(asked) & set(reading.values)


def test_the_rest_of_a_line_stands() -> None:
    reading = read_line("bc t3 5ho khoảng 8 người, chị Lan, vneid 2", WORDS, TODAY)
    assert reading.values == {"place": "3", "households": 5, "skills": {"vneid": 2}}
    assert (reading.unclear, reading.asked) == (("khoảng 8 người", "chị Lan"), ("people",))


def test_a_name_of_two_places_is_asked_for() -> None:
    twice = Vocabulary(
        places=(("1", ("Thôn Hà",)), ("2", ("Thôn Hạ",))), skills=(), kinds=(), results=(), difficulties=()
    )
    assert read_line("thôn hạ 5 hộ", twice, TODAY).values == {"place": "2", "households": 5}
    unmarked = read_line("thon ha 5 ho", twice, TODAY)
    assert (dict(unmarked.values), unmarked.unclear, unmarked.asked) == ({"households": 5}, ("thon ha",), ("place",))


@st.composite
def reports(draw: st.DrawFn) -> tuple[dict[str, object], list[str]]:
    """What a report says, and its pieces, one for each field."""
    count = st.integers(0, 300)
    shapes = {
        "households": ["{}ho", "{} hộ", "{} gia đình", "số hộ: {}"],
        "people": ["{}ng", "{} người", "{} lượt người"],
        "elderly": ["60+ {}", "{} cụ", "trên 60 tuổi: {}"],
        "members": ["{}tv", "{} thành viên"],
        "minutes": ["{}p", "{} phút"],
    }
    said: dict[str, object] = {}
    pieces = []
    for name in draw(st.sets(st.sampled_from(sorted(shapes)))):
        said[name] = draw(count)
        pieces.append(draw(st.sampled_from(shapes[name])).format(said[name]))
    skills = draw(st.dictionaries(st.sampled_from(["vneid", "dvc", "health"]), st.none() | count))
    for skill, number in skills.items():
        word = {"health": "sổ sức khỏe"}.get(skill, skill)
        pieces.append(word if number is None else f"{word} {number}")
    choices: dict[str, list[tuple[str, object]]] = {
        "day": [("hôm qua", YESTERDAY), ("18/11", TODAY), ("thứ ba", YESTERDAY), ("sáng nay", TODAY)],
        "place": [("t3", "3"), ("Thôn 3", "3"), ("thôn 13", "4"), ("xóm đông", "5")],
        "kind": [("tại nhà", "home"), ("lớp", "class")],
        "result": [("tự làm được", "done"), ("chưa làm được", "again")],
    }
    for name, words in choices.items():
        if draw(st.booleans()):
            word, value = draw(st.sampled_from(words))
            said[name] = value
            pieces.append(word)
    return said | ({"skills": skills} if skills else {}), pieces


@settings(max_examples=150, deadline=None)
@given(
    reports(),
    st.randoms(use_true_random=False),
    st.sampled_from([" ", ", ", "\n", " ; "]),
    st.sampled_from([str, fold, str.upper]),
)
def test_order_punctuation_and_marks_do_not_matter(
    report: tuple[dict[str, object], list[str]], random: Random, joint: str, write: Callable[[str], str]
) -> None:
    said, pieces = report
    random.shuffle(pieces)
    line = joint.join(pieces)
    assert values("bc " + write(line)) == said


WORD = re.compile(r"\S+")
LINES = st.lists(
    st.sampled_from(
        WORD.findall(
            "t3 thôn hộ ho ng người cụ 60+ vneid dvc tv p h nay hôm qua chưa không khoảng tự làm được máy cũ và chục "
            "rưỡi năm hai mươi 5 12 1.234 0 18/11 5-6 2,5 1h30 : , ; - + = ( ) . xyz trên 60 tuổi tiếng giờ sáng thứ ba"
        )
    ),
    max_size=14,
).flatmap(lambda words: st.sampled_from([" ", ""]).map(lambda joint: joint.join(words)))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | LINES)
def test_no_text_raises(text: str) -> None:
    reading = read_line(text, WORDS, TODAY)
    assert set(reading.values) <= set(FIELDS)
    assert set(reading.asked) <= set(FIELDS)
    assert all(reading.unclear)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.integers(1001, 9999)
        | st.sampled_from(["hộ", "người", "vneid", "dvc", "t3", "cụ", "xyz", ",", "khoảng", "và", ":"])
    )
)
def test_every_number_is_either_understood_or_shown(words: list[object]) -> None:
    reading = read_line(" ".join(map(str, words)), WORDS, TODAY)
    skills = reading.values.get("skills", {})
    assert isinstance(skills, dict)
    told = {str(value) for value in (*reading.values.values(), *skills.values())}
    told.update(number for piece in reading.unclear for number in re.findall(r"\d+", piece))
    assert {str(word) for word in words if isinstance(word, int)} <= told


def test_a_very_long_line_is_read_in_time() -> None:
    read_line("vneid 2 " * 2000 + "5 " * 2000 + "hôm " * 1000, WORDS, TODAY)

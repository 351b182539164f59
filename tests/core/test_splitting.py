import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.graphemes import graphemes
from bot.core.markup import BOLD, plain
from bot.core.splitting import LEAST, length, shorten, split

FAMILY = "👨‍👩‍👧‍👦"
PIECES = [FAMILY, "🇻🇳", "👍🏽", "ệ", "e\u0302\u0323", "🏴\U000e0067\U000e0062\U000e007f", "ស្ត្រី", "❤️", "5️⃣", "a", "hộ"]
TEXTS = st.text(max_size=80) | st.lists(
    st.sampled_from([*PIECES, "**", "*", " ", "\n", "\n\n", ". ", "chữ", "**đậm hai chữ**", "\u00a0"]), max_size=40
).map("".join)


def test_length_counts_as_the_platforms_do() -> None:
    assert [length(text) for text in ("", "hộ", "📋", FAMILY)] == [0, 2, 2, 11]


@pytest.mark.parametrize(
    "piece", ["👨‍👩‍👧‍👦", "🇻🇳", "👍🏽", "e\u0302\u0323", "🏴\U000e0067\U000e0062\U000e007f", "❤️", "5️⃣", "\r\n", "각"]
)
def test_what_is_seen_as_one_is_one(piece: str) -> None:
    assert list(graphemes(f"a{piece}{piece}b")) == ["a", piece, piece, "b"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        (" \n ", []),
        ("ngắn", ["ngắn"]),
        ("Một câu. Hai.\n\nĐoạn thứ hai", ["Một câu. Hai.", "Đoạn thứ hai"]),
        ("Dòng một. Và\nDòng hai ở đây", ["Dòng một. Và", "Dòng hai ở đây"]),
        ("Câu một đây. Câu hai đây.", ["Câu một đây.", "Câu hai đây."]),
        ("Ở TP. Huế có năm hộ", ["Ở TP. Huế có năm", "hộ"]),
        ("không có dấu chấm nào", ["không có dấu", "chấm nào"]),
        ("a" * 20, ["a" * 16, "a" * 4]),
        ("**một hai ba bốn năm**", ["**một hai ba**", "**bốn năm**"]),
        ("**" + "b" * 20 + "**", ["**" + "b" * 12 + "**", "**" + "b" * 8 + "**"]),
    ],
)
def test_cuts_sit_where_a_reader_pauses(text: str, parts: list[str]) -> None:
    assert split(text, 16) == parts


def test_emoji_are_never_cut() -> None:
    assert split("🇻🇳" * 5, 16) == ["🇻🇳" * 4, "🇻🇳"]
    assert split(FAMILY * 3, 23) == [FAMILY * 2, FAMILY]


def test_a_tower_of_marks_is_cut_all_the_same() -> None:
    parts = split("e" + "\u0301" * 100, 16)
    assert "".join(parts) == "e" + "\u0301" * 100
    assert max(map(length, parts)) <= 16


def test_a_limit_must_leave_room() -> None:
    with pytest.raises(ValueError, match="no room"):
        split("chữ", LEAST - 1)
    with pytest.raises(ValueError, match="no room"):
        shorten("chữ", 0)


def _ink(text: str) -> str:
    return re.sub(r"\s", "", text)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(LEAST, 60))
def test_parts_fit_and_lose_only_white_space(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(part.strip() and length(part) <= limit for part in parts)
    assert _ink("".join(map(plain, parts))) == _ink(plain(text))
    for part in parts:
        part.encode("utf-8", "surrogatepass")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.integers(LEAST + 8, 60))
def test_no_visible_character_is_cut(text: str, limit: int) -> None:
    whole = list(graphemes(text))
    assert [piece for part in split(text, limit) for piece in graphemes(part)] == whole


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text("ab .\u00a0", min_size=1, max_size=30), min_size=1, max_size=5), st.integers(LEAST, 40))
def test_bold_stays_bold(runs: list[str], limit: int) -> None:
    text = " x ".join(f"**b{run}b**" for run in runs)
    bold = "".join(run for part in split(text, limit) for run in BOLD.findall(part))
    assert _ink(bold) == _ink("".join(f"b{run}b" for run in runs))


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(1, 60))
def test_shortened_text_fits_and_begins_the_same(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert length(short) <= limit
    assert short == text or (short.endswith("…") and _ink(plain(text)).startswith(_ink(plain(short[:-1]))))


@settings(max_examples=200, deadline=None)
@given(st.text("ab \u00a0", min_size=1, max_size=40).map(str.strip).filter(bool), st.integers(1, 40))
def test_shortened_bold_is_still_bold(words: str, limit: int) -> None:
    assert "*" not in plain(shorten(f"**{words}**", limit))


def test_shortening_keeps_words_and_bold() -> None:
    assert shorten("Dịch vụ công trực tuyến", 16) == "Dịch vụ công…"
    assert shorten("**Dịch vụ công** trực tuyến", 16) == "**Dịch vụ**…"
    assert shorten("vừa đủ", 6) == "vừa đủ"

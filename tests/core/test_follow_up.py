import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.follow_up import follow

RANK = "Năm 2024 Việt Nam đứng hạng bao nhiêu về Chính phủ điện tử?"


@pytest.mark.parametrize(
    ("before", "typed", "meant"),
    [
        (RANK, "còn năm 2022?", "Việt Nam đứng hạng bao nhiêu về Chính phủ điện tử năm 2022"),
        (RANK, "the nam 2022 thi sao", "Việt Nam đứng hạng bao nhiêu về Chính phủ điện tử nam 2022"),
        (RANK, "Thế còn 2022 thì sao?", "Việt Nam đứng hạng bao nhiêu về Chính phủ điện tử năm 2022"),
        (RANK, "năm 2022?", "Việt Nam đứng hạng bao nhiêu về Chính phủ điện tử năm 2022"),
        (RANK, "còn năm ngoái", "Việt Nam đứng hạng bao nhiêu về Chính phủ điện tử năm 2025"),
        (RANK, "con nam nay thi sao", "Việt Nam đứng hạng bao nhiêu về Chính phủ điện tử năm 2026"),
        ("ty trong kinh te so 2024", "vay quy I/2022 thi bao nhieu", "ty trong kinh te so quy I/2022"),
        ("hạng bưu chính", "còn tháng 7/2024?", "hạng bưu chính tháng 7/2024"),
        ("họp ngày 6/2/2025 ai chủ trì", "còn 19/7/2024?", "họp ai chủ trì 19/7/2024"),
        ("e-government rank in 2024", "and in 2022?", "e-government rank 2022"),
        ("bao nhiêu xã có cáp quang?", "còn ở Hà Nội?", "bao nhiêu xã có cáp quang ở Hà Nội"),
        ("bao nhiêu xã có cáp quang ở Sơn La?", "thế ở Hà Nội thì sao", "bao nhiêu xã có cáp quang ở Hà Nội"),
        ("bao nhiêu xã có cáp quang ở Sơn La?", "Còn Lào Cai thì sao?", "bao nhiêu xã có cáp quang ở Lào Cai"),
        ("bao nhieu xa co cap quang", "con o ha noi", "bao nhieu xa co cap quang o ha noi"),
    ],
)
def test_a_period_or_a_place_is_asked_for_in_the_question_before(before: str, typed: str, meant: str) -> None:
    assert follow(before, typed, year=2026) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "Chủ đề chuyển đổi số năm 2025 là gì?",
        "chủ đề năm 2024",
        "còn VNeID thì sao?",
        "còn bao nhiêu việc chưa xong",
        "con toi hoc lop may",
        "thế nào là chuyển đổi số",
        "vậy ai dạy bình dân học vụ số",
        "ở đâu",
        "còn ở đâu?",
        "ở Sơn La làm được gì năm 2024",
        "ở nhà",
        "năm điều rõ",
        "2022",
        "10/10 là ngày gì?",
        "còn ai chủ trì ở Sơn La",
        "what is VNeID?",
        "?",
        "còn " + "rất dài " * 20 + "2022",
    ],
)
def test_everything_else_is_a_question_of_its_own(typed: str) -> None:
    assert follow(RANK, typed, year=2026) is None


def test_without_a_question_before_there_is_nothing_to_lean_on() -> None:
    assert follow("", "còn năm 2022?", year=2026) is None


@given(st.text(max_size=80), st.text(max_size=70))
def test_whatever_is_typed_it_is_read(before: str, typed: str) -> None:
    meant = follow(before, typed, year=2026)
    assert meant is None or meant.strip()

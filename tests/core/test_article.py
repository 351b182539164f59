"""Saved pages of every kind of junk, invented: only the article's own paragraphs are left."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.articles.article import Article, EmptyArticle, read_article
from bot.core.articles.article_dates import opening_day, stamp_of
from bot.core.articles.article_lines import LONGEST
from bot.core.text import clean

PAGES = Path(__file__).parent.parent / "documents"
LONG = (
    "Tổ công nghệ số cộng đồng tới từng nhà trong thôn, ngồi lại với từng người, chỉ cách mở ứng dụng,"
    " cách đặt mật khẩu và cách từ chối khi có người lạ xin mã."
)


def page(name: str) -> Article:
    return read_article((PAGES / name).read_text(encoding="utf-8"), name=name)


def reasons(article: Article) -> dict[int, str]:
    return {dropped.line: dropped.reason for dropped in article.dropped}


def lines(article: Article) -> list[int]:
    return [passage.line for passage in article.passages]


def test_page_clock_is_not_the_publication_date() -> None:
    article = page("co_dong_ho_trang.txt")
    assert article.title == "Xã Suối Đá mở mười hai lớp học buổi tối cho bà con"
    assert article.date == date(2024, 5, 16)
    assert article.date_basis == "ngày đăng ghi ở dòng 9: “Thứ 5, 16/05/2024 | 09:20:11”"
    assert lines(article) == [12, 20, 22]
    assert reasons(article) == {
        1: "page clock",
        3: "menu",
        4: "menu",
        5: "menu",
        9: "date line",
        10: "counter",
        11: "credit",
        14: "caption",
        16: "audio or file",
        18: "caption",
        24: "credit",
        26: "credit",
    }


def test_everything_after_the_source_line_is_left_out() -> None:
    article = page("co_tin_goi_y.txt")
    assert (article.title, article.source) == ("Bà con thôn Đồi Chè làm hồ sơ tại nhà", "Trang tin xã Đồi Chè")
    assert article.date == date(2023, 3, 4)
    assert article.date_basis == "ngày nêu ở đoạn 1: “Thông báo số 19/TB-UBND ngày 4/3/2023”"
    assert lines(article) == [5, 11, 13, 17]
    assert article.passages[2].text.startswith("Người già được làm trước: a) Người từ")
    found = reasons(article)
    assert [found[line] for line in (7, 9, 19, 21, 25, 29, 31)] == [
        "heading",
        "repeated",
        "source",
        "teaser",
        "teaser",
        "teaser",
        "social links",
    ]


def test_undated_goals_and_photo_captions_are_left_out() -> None:
    article = page("co_khoi_muc_tieu.txt")
    assert article.title == "Phường Bến Gỗ: Mười tám hộ kinh doanh ở chợ nhận tiền bằng mã quét"
    assert (article.date, article.source) == (date(2023, 11, 7), "Trang phường Bến Gỗ")
    assert article.date_basis == "đoạn 1 chỉ ghi “Sáng 7/11”; năm 2023 suy ra từ “năm 2023”"
    assert lines(article) == [9, 13, 17]
    found = reasons(article)
    assert (found[11], found[15]) == ("caption", "caption")
    assert {found[line] for line in range(23, 40, 2)} == {"undated goals block"}


def test_goals_block_without_a_source_line_before_it() -> None:
    text = (PAGES / "co_khoi_muc_tieu.txt").read_text(encoding="utf-8").replace("Nguồn: Trang phường Bến Gỗ", "")
    assert lines(read_article(text, name="x")) == [9, 13, 17]


def test_page_without_a_heading_takes_its_first_sentence() -> None:
    article = page("khong_co_tieu_de.txt")
    assert article.title.startswith("Sáng ngày 12/1, xã Cầu Tre")
    assert article.title.endswith("…")
    assert len(article.title) <= 101
    assert article.date == date(2026, 1, 12)
    assert "năm 2026 suy ra từ" in article.date_basis
    assert lines(article) == [1, 5]
    assert set(reasons(article).values()) == {"caption", "counter", "form", "menu"}


def test_run_of_cut_teasers_ends_the_article() -> None:
    article = page("tin_cat_cuoi_trang.txt")
    assert lines(article) == [2, 3]
    assert {reason for line, reason in reasons(article).items() if line >= 4} == {"teaser"}


def test_paragraphs_that_end_in_dots_are_kept() -> None:
    text = f"Tin của thôn Bãi tuần này\n{LONG} Còn nhiều việc khác...\nĐại biểu dự buổi học.\n{LONG} Sẽ làm tiếp..."
    assert len(read_article(text, name="x").passages) == 2


def test_questions_steps_and_lists_are_body() -> None:
    text = (
        "Cách đổi mật khẩu trên điện thoại\n\nVì sao phải đổi?\n\nMật khẩu cũ có thể đã bị lộ mà mình không biết.\n\n"
        "Cần chuẩn bị:\n\nĐiện thoại\n\nSổ tay\n\n- Mở phần cài đặt, bấm vào tên của mình\n\nBước 2: Bấm Đổi mật khẩu"
    )
    article = read_article(text, name="x")
    said = " ".join(passage.text for passage in article.passages)
    assert article.title == "Cách đổi mật khẩu trên điện thoại"
    assert article.dropped == ()
    for words in ("Vì sao phải đổi?", "Điện thoại", "Sổ tay", "- Mở phần cài đặt", "Bước 2: Bấm Đổi mật khẩu"):
        assert words in said


def test_lines_broken_by_an_editor_are_one_paragraph() -> None:
    text = (
        "Một tệp gõ tay xuống dòng giữa câu\n\nTổ công nghệ số cộng đồng của thôn Bãi tuần nào cũng họp vào\n"
        "tối thứ năm, người nhà ai rảnh thì tới, mang theo điện thoại để\ncùng nhau thử những việc mới học được."
    )
    article = read_article(text, name="x")
    assert lines(article) == [3]
    assert "họp vào tối thứ năm" in article.passages[0].text


def test_long_paragraphs_are_cut_at_sentence_ends() -> None:
    article = read_article(f"Một đoạn rất dài của thôn Bãi\n{' '.join([LONG] * 30)}", name="x")
    assert len(article.passages) > 3
    assert all(passage.text.endswith("xin mã.") and passage.line == 2 for passage in article.passages)


@pytest.mark.parametrize("text", ["", " \n\u00a0\n", "Trang chủ\nOnline: 4\nfb yt zl tw", "Xin chào bà con."])
def test_page_without_body_is_refused_by_name(text: str) -> None:
    with pytest.raises(EmptyArticle, match=r"tin\.txt") as refused:
        read_article(text, name="tin.txt")
    assert refused.value.name == "tin.txt"


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Thứ 5, 16/05/2024 | 09:20:11", date(2024, 5, 16)),
        ("Ngày đăng: 5-3-2024 08:15", date(2024, 3, 5)),
        ("05/03/2024 08:15 | Lê Thị Mận | 1.204 lượt xem", date(2024, 3, 5)),
        ("Đồi Chè, ngày 4 tháng 3 năm 2023", date(2023, 3, 4)),
        ("Cập nhật lúc 2024-03-05 07:00", date(2024, 3, 5)),
        ("Ngày 5/3/2024, thôn Bãi họp", None),
        ("31/02/2024", None),
        ("Thứ năm tuần sau", None),
    ],
)
def test_stamp_is_a_date_and_nothing_else(line: str, day: date | None) -> None:
    stamp = stamp_of(line)
    assert (stamp.day if stamp else None) == day


@pytest.mark.parametrize(
    ("paragraphs", "day"),
    [
        (["Theo Kế hoạch số 3 ngày 5/1/2024, sáng 20/3 thôn Bãi họp."], date(2024, 3, 20)),
        (["Chiều 20/12, xã tổng kết năm 2025; phương hướng, nhiệm vụ năm 2026."], date(2025, 12, 20)),
        (["Sáng 15/1, xã tổng kết công tác năm 2025."], date(2026, 1, 15)),
        (["Sáng 8/9, thôn Bãi ra quân.", "Kế hoạch kéo dài từ quý II/2024 đến năm 2030."], date(2024, 9, 8)),
        (["Ngày 12/5 hằng năm là ngày hội.", "Đúng 35/40 câu, mở cửa 24/7."], None),
        (["Đến năm 2030, sáng 5/5 vẫn là một buổi sáng."], None),
        (["Không có ngày nào."] * 3 + ["Ngày 5/3/2024 ở đoạn thứ tư."], None),
    ],
)
def test_day_told_by_the_first_paragraphs(paragraphs: list[str], day: date | None) -> None:
    found, basis = opening_day("Tiêu đề", paragraphs)
    assert found == day
    assert basis


PIECES = st.sampled_from(
    [
        "Trang chủ",
        "Ảnh: Trần Khoai",
        "Nguồn: Trang xã Gò Mận",
        "Có thể bạn quan tâm",
        ">50%",
        "100%",
        "Thứ 5, 16/05/2024 | 09:20:11",
        "Sáng 31/2, năm 2024",
        "Tin của thôn Bãi tuần này vui",
        "Đại biểu dự buổi học.",
        "Chuẩn bị:",
        LONG,
        LONG + "..",
        "",
    ]
)
TEXTS = st.one_of(st.text(max_size=400), st.lists(st.one_of(PIECES, st.text(max_size=60)), max_size=14).map("\n".join))


@settings(deadline=None)
@given(TEXTS)
def test_any_text_gives_an_article_of_its_own_words_or_is_empty(text: str) -> None:
    try:
        article = read_article(text, name="x")
    except EmptyArticle:
        return
    source = " ".join(clean(text).split())
    known = set(source.split())
    assert read_article(text, name="x") == article
    for passage in article.passages:
        assert passage.text == " ".join(unicodedata.normalize("NFC", passage.text).split())
        assert 40 <= len(passage.text) <= LONGEST
        assert known.issuperset(passage.text.split())
        assert 1 <= passage.line <= text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(dropped.reason and len(dropped.text) <= 80 for dropped in article.dropped)
    assert article.title
    assert article.date_basis


@settings(deadline=None)
@given(TEXTS)
def test_decomposed_text_reads_the_same(text: str) -> None:
    def read(form: str) -> Article | None:
        try:
            return read_article(form, name="x")
        except EmptyArticle:
            return None

    assert read(unicodedata.normalize("NFD", text)) == read(unicodedata.normalize("NFC", text))


@settings(deadline=None)
@given(st.integers(min_value=1201, max_value=5000), st.sampled_from(["a", "ă. ", "a, ", "ab "]))
def test_every_piece_fits(length: int, unit: str) -> None:
    article = read_article((unit * length)[:length], name="x")
    assert all(40 <= len(passage.text) <= LONGEST for passage in article.passages)

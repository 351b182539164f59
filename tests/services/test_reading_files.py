"""Files as people save them: every encoding and kind read, or refused with one clear line."""

import io
import os
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.articles.article import read_article
from bot.services.ingestion import reading_files
from bot.services.ingestion.file_markup import BrokenMarkup, docx_text, html_text
from bot.services.ingestion.file_text import UnreadableText, decode
from bot.services.ingestion.reading_files import LARGEST, UnreadableFile, read_file

PAGES = Path(__file__).parent.parent / "documents"
WORDS = "Xã Suối Đá mở lớp học buổi tối, bà con rất vui và hứa sẽ tới đều đặn mỗi tuần."
NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def legacy(text: str) -> bytes:
    """Windows-1258: vowels with their hat, tones as combining marks."""
    out = []
    for char in text:
        try:
            out.append(char.encode("cp1258"))
        except UnicodeEncodeError:
            base, tone = unicodedata.normalize("NFD", char)[:-1], unicodedata.normalize("NFD", char)[-1]
            if unicodedata.normalize("NFD", char)[1] == "\u0323" and len(base) > 1:  # ậ, ệ, ộ: the dot comes first
                base, tone = unicodedata.normalize("NFD", char)[0] + unicodedata.normalize("NFD", char)[2], "\u0323"
            out.append((unicodedata.normalize("NFC", base) + tone).encode("cp1258"))
    return b"".join(out)


def docx(body: str, *, prolog: str = "", extra: bytes = b"") -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", f'{prolog}<w:document xmlns:w="{NS}"><w:body>{body}</w:body></w:document>')
        if extra:
            file.writestr("word/media/image1.bin", extra)
    return packed.getvalue()


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def put(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return put


Save = Callable[[str, bytes], Path]


@pytest.mark.parametrize(
    "content",
    [
        WORDS.encode(),
        WORDS.encode("utf-8-sig"),
        WORDS.encode("utf-16"),
        b"\xfe\xff" + WORDS.encode("utf-16-be"),
        unicodedata.normalize("NFD", WORDS).encode(),
        legacy(WORDS),
    ],
)
def test_vietnamese_in_every_encoding_reads_the_same(save: Save, content: bytes) -> None:
    assert read_file(save("tin.TXT", content)) == WORDS


def test_windows_1252_text_with_few_marks() -> None:
    text = "Un café, déjà vu: the plain words of another language, with very few marks among them."
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    "content",
    [
        "ChuyÓn ®æi sè lµ viÖc cña mäi ng­êi, mäi nhµ trong th«n".encode("cp1252"),  # an old font (TCVN3)
        "ChuyÓn ®æi sè lµ viÖc cña mäi ng­êi, mäi nhµ trong th«n".encode(),
        "Chuyeån ñoåi soá laø vieäc cuûa moïi ngöôøi, moïi nhaø trong thoân".encode(),  # an old font (VNI)
        WORDS.encode().decode("cp1252", "replace").encode(),  # read wrongly and saved again
        "Это русский текст, а не вьетнамский.".encode(),
        b"\x81\x8d\x8f\x90\x9d" * 20,
        WORDS.encode("utf-16")[:-1],
    ],
)
def test_what_no_encoding_explains_is_refused(save: Save, content: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_file(save("tin.txt", content))
    assert "UTF-8" in refused.value.reason


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("tin.txt", b"", "tệp rỗng"),
        ("tin.txt", b" \n\t\n", "không có chữ"),
        ("tin.txt", b"abc\x00\x01def", "nhị phân"),
        ("tin.txt", b"a" * (LARGEST + 1), "20 MB"),
        ("tin.pdf", b"%PDF-1.7", ".txt"),
        ("tin.doc", b"\xd0\xcf\x11\xe0", ".txt"),
        ("tin.xyz", b"abc", "chỉ nhận"),
        ("tin", b"abc", "không có đuôi"),
        ("tin.docx", b"not a zip", ".docx hỏng"),
        ("tin.docx", b"PK\x03\x04" + b"\x00" * 40, ".docx hỏng"),
        ("tin.html", b"<script>1</script>", "không có chữ"),
    ],
)
def test_refusals_are_one_clear_line(save: Save, name: str, content: bytes, reason: str) -> None:
    path = save(name, content)
    with pytest.raises(UnreadableFile) as refused:
        read_file(path)
    assert refused.value.name == name
    assert reason in refused.value.reason
    assert "\n" not in str(refused.value)
    assert str(path.parent) not in str(refused.value)


def test_missing_folder_and_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ong.txt")
    (tmp_path / "thu_muc.txt").mkdir()
    for name, reason in (("khong.txt", "không thấy"), ("thu_muc.txt", "thư mục"), ("ong.txt", "tệp thường")):
        with pytest.raises(UnreadableFile, match=reason):
            read_file(tmp_path / name)


def test_web_page_gives_only_its_article() -> None:
    article = read_article(read_file(PAGES / "trang.html"), name="trang.html")
    assert article.title == "Giếng làng Gò Mận có bảng chỉ dẫn quét được"
    assert (article.date, article.source) == (date(2025, 10, 9), "Trang xã Gò Mận")
    said = " ".join(passage.text for passage in article.passages)
    assert said.startswith("Bảng gỗ bên giếng làng")
    assert said.endswith("bằng điện thoại thường.")
    for junk in ("Quảng cáo", "đầu trang", "Chân trang", "chiều nắng", "Tin tức"):
        assert junk not in said
    assert "caption" in {dropped.reason for dropped in article.dropped}


def test_element_never_closed_does_not_swallow_the_page() -> None:
    assert html_text("<nav><p>Trang của thôn</p><p>Bài viết ở đây") == "Trang của thôn\n\nBài viết ở đây"


def test_malformed_declarations_do_not_break_the_reader() -> None:
    assert html_text("<![if gte IE 7]><p>Bài &amp; ảnh</p><![endif]>") == "Bài & ảnh"


@settings(deadline=None)
@given(st.text(alphabet="<>![]/-&;=\"' abpnvscript", max_size=120))
def test_any_page_gives_text(page: str) -> None:
    assert "\n\n\n" not in html_text(page)


def test_markdown_loses_its_signs_and_keeps_its_list(save: Save) -> None:
    text = (
        "---\ntác giả: x\n---\n# Cách quét mã\n\nMở **máy ảnh**, xem [hướng dẫn](https://example.org).\nRồi:\n\n"
        "- đưa gần\n- chờ\n"
    )
    said = read_file(save("cach.md", text.encode()))
    assert said.split("\n") == [
        *("Cách quét mã", "", "Mở máy ảnh, xem hướng dẫn. Rồi:", ""),
        *("- đưa gần", "", "- chờ"),
    ]


def test_word_document_gives_its_paragraphs(save: Save) -> None:
    body = (
        "<w:p><w:r><w:t>Cách gọi </w:t></w:r><w:r><w:t>hình</w:t></w:r></w:p>"
        "<w:p><w:r><w:delText>bỏ đi</w:delText><w:t>Mở máy</w:t><w:tab/><w:t>rồi bấm</w:t><w:br/>"
        "<w:t>nút xanh</w:t></w:r></w:p>"
        '<mc:Fallback xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<w:p><w:r><w:t>lặp</w:t></w:r></w:p></mc:Fallback>"
    )
    assert read_file(save("cach.docx", docx(body))) == "Cách gọi hình\n\nMở máy rồi bấm\nnút xanh"


def test_word_document_with_a_dtd_or_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch, save: Save) -> None:
    entities = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    with pytest.raises(UnreadableFile, match="DTD"):
        read_file(save("dtd.docx", docx("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>", prolog=entities)))
    with pytest.raises(UnreadableFile, match="20 MB"):
        read_file(save("bomb.docx", docx("<w:p/>", extra=b"\x00" * (LARGEST + 1))))
    monkeypatch.setattr(reading_files, "LARGEST", 10_000)
    with pytest.raises(UnreadableFile, match="20 MB"):
        read_file(save("nho.docx", docx("<w:p/>", extra=b"\x00" * 10_001)))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(content: bytes) -> None:
    try:
        text = decode(content)
    except UnreadableText:
        return
    assert text == unicodedata.normalize("NFC", text)
    assert "\x00" not in text


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_called_docx_are_refused(content: bytes) -> None:
    with pytest.raises(BrokenMarkup):
        docx_text(content, largest=LARGEST)

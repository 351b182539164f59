"""Reading a file of an operator into text: txt, html, md, docx; everything else is refused with one clear line."""

import stat
from pathlib import Path

from markdown_it import MarkdownIt

from bot.services.ingestion.file_markup import BrokenMarkup, docx_text, html_text
from bot.services.ingestion.file_text import UnreadableText, decode

LARGEST = 20 * 1024 * 1024  # bytes of a file, and of a docx once unpacked
_TEXT, _HTML, _MARKDOWN = {".txt", ".text"}, {".html", ".htm", ".xhtml"}, {".md", ".markdown"}
_DOCX = ".docx"
_COLUMNS = 100  # of a table in Markdown
_SAVE_AS_TEXT = "hãy mở tệp, chọn Lưu thành (Save as), kiểu Văn bản thuần .txt, mã hóa UTF-8, rồi nạp tệp .txt đó"
_PDF_TO_TEXT = "hãy mở tệp, chọn hết chữ, chép sang trình soạn thảo và lưu thành .txt mã hóa UTF-8, rồi nạp tệp .txt đó"


class UnreadableFile(Exception):
    """A file that cannot be read; `name` is its name without the folder, `reason` one line of Vietnamese."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def read_file(path: Path) -> str:
    """The text of a file, NFC, lines as in the file (html, md and docx: one line a block). Raises UnreadableFile."""
    ending = path.suffix.lower()
    content = content_of(path)
    if ending not in _TEXT | _HTML | _MARKDOWN | {_DOCX}:
        raise UnreadableFile(path.name, _unsupported(ending))
    try:
        if ending == _DOCX:
            text = docx_text(content, largest=LARGEST)
        else:
            text = decode(content)
            if ending in _HTML:
                text = html_text(text)
            elif ending in _MARKDOWN:
                text = _markdown_text(_without_front_matter(text))
    except (UnreadableText, BrokenMarkup) as refused:
        raise UnreadableFile(path.name, str(refused)) from refused
    if not text.strip():
        raise UnreadableFile(path.name, "tệp không có chữ nào")
    return text


def content_of(path: Path) -> bytes:
    """The bytes of an ordinary file of at most 20 MB. Raises UnreadableFile."""
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            raise UnreadableFile(path.name, "đây là thư mục, không phải tệp")
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableFile(path.name, "đây không phải tệp thường")
        if about.st_size == 0:
            raise UnreadableFile(path.name, "tệp rỗng")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError as missing:
        raise UnreadableFile(path.name, "không thấy tệp này") from missing
    except (OSError, ValueError) as refused:  # ValueError: a NUL in the name
        raise UnreadableFile(path.name, "máy không cho đọc tệp này") from refused
    if len(content) > LARGEST:
        raise UnreadableFile(path.name, "tệp lớn hơn 20 MB")
    return content


def _unsupported(ending: str) -> str:
    if ending == ".pdf":
        return f"chưa đọc được PDF: {_PDF_TO_TEXT}"
    if ending in {".doc", ".odt", ".rtf"}:
        return f"chưa đọc được {ending}: {_SAVE_AS_TEXT}"
    return f"chưa đọc được loại tệp {ending or 'không có đuôi'}: chỉ nhận .txt, .html, .md, .docx"


def _markdown_text(text: str) -> str:
    """A table is filled up to its widest row: one that is wider than any paper is read as plain lines."""
    reader = MarkdownIt("commonmark")
    if all(line.count("|") <= _COLUMNS for line in text.splitlines()):
        reader.enable("table")
    return html_text(reader.render(text), bullets=True)


def _without_front_matter(text: str) -> str:
    """Markdown without the block of settings between two "---" lines at its top."""
    head, line, rest = text.partition("\n---\n")
    return rest if line and head.startswith("---\n") else text

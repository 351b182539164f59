"""HTML and docx into lines of text, one a block; what is plainly not the article (scripts, menus, footers) left out."""

import io
import re
import unicodedata
import zipfile
import zlib
from html.parser import HTMLParser
from xml.parsers import expat

_NEVER = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object", "math"})
_ASIDE = frozenset({"nav", "header", "footer", "aside", "button", "select", "textarea", "dialog"})
_BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "body", "br", "caption", "center", "dd", "details"),
        *("div", "dl", "dt", "fieldset", "figcaption", "figure", "form", "h1", "h2"),
        *("h3", "h4", "h5", "h6", "head", "hr", "html", "legend", "li"),
        *("main", "ol", "option", "p", "pre", "section", "summary", "table", "tbody"),
        *("tfoot", "thead", "title", "tr", "ul"),
    )
)
# comments and declarations hold no words; html.parser is slow or raises when they are malformed
_REMARKS = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.DOTALL)
# a "<" before another one opens nothing; html.parser reads to the end of the page for each of them
_LOOSE = re.compile(r"<(?=[^<>]*(?:<|\Z))")
_LOOSE_ONES = 200
_CELLS = frozenset({"td", "th"})
_WORD_NS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main "
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"
_DOCUMENT = "word/document.xml"
_ENTRIES = 5000
_DEEPEST = 1000
_NOT_DOCX = "tệp .docx hỏng hoặc có mật khẩu: hãy mở bằng Word và lưu lại, hoặc lưu thành .txt mã hóa UTF-8"


class BrokenMarkup(Exception):
    """A document that cannot be taken apart; the message is one line of Vietnamese."""


def html_text(page: str, *, bullets: bool = False) -> str:
    """The words of a page, one line a block. `bullets`: list items start with "- "."""
    reader = _read(page, _NEVER | _ASIDE, bullets=bullets)
    if reader.skipping:  # an element never closed would swallow the article
        reader = _read(page, _NEVER, bullets=bullets)
    return _tidy("".join(reader.out))


def _read(page: str, skipped: frozenset[str], *, bullets: bool) -> "_PageReader":
    reader = _PageReader(skipped, bullets=bullets)
    page = _REMARKS.sub("", page)
    reader.feed(_LOOSE.sub("&lt;", page) if len(_LOOSE.findall(page)) > _LOOSE_ONES else page)
    reader.close()
    return reader


class _PageReader(HTMLParser):
    """Collects text; knows where it is only as far as needed to leave menus and scripts out."""

    def __init__(self, skipped: frozenset[str], *, bullets: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.skipping = ""  # the element being left out, and how deep it is nested in itself
        self._skipped, self._bullets = skipped, bullets
        self._depth = self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Start a line, a cell, or something left out."""
        del attrs
        if self.skipping:
            self._depth += tag == self.skipping
            return
        # an article's own header holds its title
        if tag in self._skipped and not (tag == "header" and self._inside):
            self.skipping, self._depth = tag, 1
            return
        self._inside += tag in {"article", "main"}
        self._break(tag)
        if tag == "figcaption":
            self.out.append("Ảnh: ")  # so that it is seen as a caption, and listed as one
        elif tag == "li" and self._bullets:
            self.out.append("- ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element closed at once holds nothing."""
        del attrs
        if not self.skipping:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a line, or what was left out."""
        if self.skipping:
            self._depth -= tag == self.skipping
            if not self._depth:
                self.skipping = ""
                self.out.append("\n")
            return
        self._inside = max(0, self._inside - (tag in {"article", "main"}))
        self._break(tag)

    def handle_data(self, data: str) -> None:
        """Words; line ends inside them are only spaces."""
        if not self.skipping:
            self.out.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.out.append("\n")
        elif tag in _CELLS:
            self.out.append(" ")


def docx_text(content: bytes, *, largest: int) -> str:
    """The paragraphs of a Word document, one a line. Raises BrokenMarkup: damaged, too large, or with a DTD."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            if len(entries) > _ENTRIES or sum(entry.file_size for entry in entries) > largest:
                msg = "tệp .docx bung ra lớn hơn 20 MB"
                raise BrokenMarkup(msg)
            with packed.open(_DOCUMENT) as file:
                xml = file.read(largest + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        KeyError,
        RuntimeError,
        NotImplementedError,
        OSError,
        EOFError,
        ValueError,
    ) as bad:
        raise BrokenMarkup(_NOT_DOCX) from bad
    return _tidy(_paragraphs(xml))


def _paragraphs(xml: bytes) -> str:
    """Text runs of document.xml; deleted text, field codes and copies for old programs are not read."""
    runs = _Runs()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = runs.start, runs.end
    parser.CharacterDataHandler = runs.data
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _refuse_dtd
    try:
        parser.Parse(xml, True)  # noqa: FBT003  expat takes it by place only
    except (expat.ExpatError, ValueError, LookupError) as bad:
        raise BrokenMarkup(_NOT_DOCX) from bad
    return "".join(runs.out)


class _Runs:
    """Collects the text of document.xml."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._reading = self._hidden = self._depth = 0

    def start(self, tag: str, _: dict[str, str]) -> None:
        """A run, a line, a cell."""
        self._depth += 1
        if self._depth > _DEEPEST:  # each level takes memory; Word's own files have some thirty
            raise BrokenMarkup(_NOT_DOCX)
        self._hidden += tag == _FALLBACK
        self._reading += tag == f"{_WORD_NS}t"
        if tag in {f"{_WORD_NS}p", f"{_WORD_NS}br", f"{_WORD_NS}cr"}:
            self.out.append("\n")
        elif tag in {f"{_WORD_NS}tab", f"{_WORD_NS}tc"}:
            self.out.append(" ")

    def end(self, tag: str) -> None:
        """The end of one."""
        self._depth -= 1
        self._hidden -= tag == _FALLBACK
        self._reading -= tag == f"{_WORD_NS}t"
        if tag == f"{_WORD_NS}p":
            self.out.append("\n")

    def data(self, words: str) -> None:
        """Words of a run."""
        if self._reading and not self._hidden:
            self.out.append(re.sub(r"\s+", " ", words))


def _refuse_dtd(*_: object) -> None:
    msg = "tệp .docx có khai báo DTD nên không được đọc: hãy lưu lại thành .txt mã hóa UTF-8"
    raise BrokenMarkup(msg)


def _tidy(text: str) -> str:
    """NFC, no spaces around lines, at most one empty line between blocks."""
    lines = [line.strip() for line in unicodedata.normalize("NFC", text).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")

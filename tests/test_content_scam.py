"""Each fault an editor can make in the rules of the scam check is found on its line."""

from pathlib import Path

import pytest

from bot.library import read

SOURCES = "- {id: tin, title: Tin, short: 'Tin, 2025'}\n"
SIGNS = """\
- id: otp
  weight: 3
  words: [mã OTP]
  seen: {vi: Xin mã, en: Asks for a code}
  todo: {vi: Không đọc., en: Do not read it.}
  source: tin
  checked_on: 2026-11-22
"""
OWNERS = """\
- id: bank
  title: {vi: Ngân hàng}
  addresses: [bank.com.vn]
  brands: [mybank]
  source: tin
  checked_on: 2026-11-22
"""
ADVICE = "".join(
    f"- id: {name}\n  text: {{vi: Lời khuyên., en: Advice.}}\n  source: tin\n  checked_on: 2026-11-22\n"
    for name in ("seen", "unseen", "report")
)
FILES = {"sources.yaml": SOURCES, "scam/signs.yaml": SIGNS, "scam/owners.yaml": OWNERS, "scam/advice.yaml": ADVICE}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scam").mkdir()
    for file, text in FILES.items():
        (tmp_path / file).write_text(text, "utf-8")
    return tmp_path


def test_good_rules_have_no_fault(folder: Path) -> None:
    library, faults = read(folder)
    assert faults == []
    assert library.scam.check("cho em xin mã OTP").warns
    assert library.scam.check("vào my-bank.top").seen == ()
    assert set(library.advice) == {"seen", "unseen", "report"}


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message"),
    [
        ("scam/signs.yaml", "words: [mã OTP]", "note: x", 3, "note is not a known key"),
        ("scam/signs.yaml", "  words: [mã OTP]\n", "", 1, "Nothing is looked for"),
        ("scam/signs.yaml", "words: [mã OTP]", "domains: [a.vn]\n  near: [gửi]", 4, "near and unless go with words"),
        ("scam/signs.yaml", "weight: 3", "weight: 4", 2, "weight is too large"),
        ("scam/signs.yaml", "words: [mã OTP]", "tricks: [magic]", 3, "cannot be magic"),
        ("scam/signs.yaml", "words: [mã OTP]", "domains: ['https://a.vn']", 3, "is no web address"),
        ("scam/signs.yaml", "words: [mã OTP]", "endings: [apk]", 3, "is no ending of a file"),
        ("scam/signs.yaml", "source: tin", "source: none", 6, "there is no none"),
        ("scam/signs.yaml", "source: tin", "source: tin\n  lesson: L99", 7, "there is no L99"),
        ("scam/signs.yaml", "Không đọc.", "Xem a.vn nhé.", 5, "No address may stand here"),
        ("scam/signs.yaml", "2026-11-22", "hôm nay", 7, "is not a date"),
        ("scam/owners.yaml", "[bank.com.vn]", "['https://bank.com.vn']", 3, "is no web address"),
        ("scam/owners.yaml", "[mybank]", "[Ngân hàng]", 4, "small letters without marks"),
        ("scam/owners.yaml", "[mybank]", "[ab]", 4, "at least three"),
        ("scam/advice.yaml", "id: unseen", "id: other", 5, "cannot be other"),
        ("scam/advice.yaml", "Advice.", "Call www.a.vn", 2, "No address may stand here"),
    ],
)
def test_a_fault_is_named_with_its_line(  # noqa: PLR0917
    folder: Path, file: str, old: str, new: str, line: int, message: str
) -> None:
    assert old in FILES[file]
    (folder / file).write_text(FILES[file].replace(old, new, 1), "utf-8")
    faults = [fault for fault in read(folder)[1] if fault.file == file and fault.line]
    assert [(fault.line, message in fault.message) for fault in faults] == [(line, True)], faults


def test_missing_advice_is_told(folder: Path) -> None:
    (folder / "scam/advice.yaml").write_text(ADVICE.split("- id: unseen")[0], "utf-8")
    assert [str(fault) for fault in read(folder)[1]] == [
        "scam/advice.yaml: The advice report, unseen is missing. Add: - id: report"
    ]

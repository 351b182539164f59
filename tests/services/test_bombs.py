"""Files that are small and become huge, slow or something else: refused or read, in bounded memory and time."""

import io
import os
import re
import resource
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from bot.commands.commune import import_areas
from bot.content import files
from bot.core import pictures
from bot.core.errors import SetupFault
from bot.services.ingestion.ingest import read
from bot.services.ingestion.reading_files import LARGEST

ROOT = Path(__file__).parents[2]
GIGA = 1000  # megabytes of XML in the bomb
MEMORY = 700 << 20  # bytes of address space; the interpreter with its libraries takes a third
SECONDS = 20  # of the processor, for all of them
N = 60_000
PAGES = {
    "open.html": "<a " * N, "quote.html": "<a b='" * N, "deep.html": "<div>" * N, "nav.html": "<nav>" * N,
    "comment.html": "<!--" * N, "cdata.html": "<![CDATA[" * N, "script.html": "<script>" + "</" * N,
    "entity.html": "&#x41;&amp" * N, "attribute.html": "<a " + "b=c " * N + "> chữ",
    "table.md": "|a" * N + "\n" + "|-" * N + "\n" + "|b|b\n" * 5000,
    "quote.md": ">" * N + " chữ", "list.md": "- " * N + "chữ",
    "bracket.md": "[" * 9000, "star.md": "*a " * 9000, "tick.md": "`" * N + " chữ", "link.md": "[a](<b" * 9000,
}  # fmt: skip
TEN = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
LAUGHS = f"<!DOCTYPE d [<!ENTITY a0 'ha'>{TEN}]>"
READ_ALL = """
import resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[3]),) * 2)
from bot.services.ingestion.ingest import read
for path in sorted(Path(sys.argv[1]).iterdir()):
    found = read(path)
    print(path.name, "read" if found.article else found.fault, sep="\\t")
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, sep="\\t")
"""


def bomb(*, lying: bool) -> bytes:
    """A docx whose document.xml unpacks to a gigabyte; `lying`: it says that it is small."""
    block = b"<w:p>" * (1 << 18)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = head + again * (GIGA * (1 << 20) // len(block)) + packer.flush()
    size = 1000 if lying else GIGA << 20
    name = b"word/document.xml"
    common = struct.pack("<HHHHHIII", 20, 0, 8, 0, 0x21, 0, len(packed), size)
    local = b"PK\x03\x04" + common + struct.pack("<HH", len(name), 0) + name + packed
    central = (
        b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    )
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def docx(xml: bytes, entries: int = 0) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", xml)
        for number in range(entries):
            file.writestr(f"../../{number}", b"")
    return packed.getvalue()


@pytest.mark.fault("files that are bombs", "22 of them in a child with 700 MB and 20 s of processor")
def test_bombs_are_refused_or_read_in_bounded_memory_and_time(tmp_path: Path) -> None:
    honest = bomb(lying=False)
    assert len(honest) < 4 << 20
    assert zipfile.ZipFile(io.BytesIO(honest)).infolist()[0].file_size == GIGA << 20
    (tmp_path / "honest.docx").write_bytes(honest)
    (tmp_path / "lying.docx").write_bytes(bomb(lying=True))
    (tmp_path / "laughs.docx").write_bytes(docx(f"{LAUGHS}<d>&a9;</d>".encode()))
    (tmp_path / "many.docx").write_bytes(docx(b"<d/>", entries=6000))
    (tmp_path / "deep.docx").write_bytes(docx(b"<d>" * 3_000_000))
    (tmp_path / "nested.docx").write_bytes(docx(docx(b"x" * (LARGEST // 2))))
    for name, page in PAGES.items():
        (tmp_path / name).write_text(page, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", READ_ALL, str(tmp_path), str(MEMORY), str(SECONDS)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    said = dict(line.split("\t") for line in done.stdout.splitlines())
    assert said.keys() == {path.name for path in tmp_path.iterdir()} | {"peak"}
    for name in ("honest", "lying", "laughs", "many", "deep", "nested"):
        assert ".docx" in said[f"{name}.docx"], said[f"{name}.docx"]
    assert int(said["peak"]) < 600  # megabytes, about 100 of them the program itself
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # the limits are the child's own


@pytest.mark.parametrize(
    "text", ["[" * N, "{a: " * N, "- " * N, "? " * N, "[[]" * N, "a: &a [x]\n" + "b: [*a, *a]\n" * 9]
)
def test_content_that_is_bottomless_or_refers_to_itself_is_a_fault(text: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from bot.content import files; print(files.parse('x', sys.stdin.read())[1][0])",
        ],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )  # fmt: skip  a process of its own: what it guards against is a crash
    assert done.returncode == 0, done.returncode
    assert "Write it out" in done.stdout or "cannot be read" in done.stdout


def test_a_reference_in_yaml_is_never_followed_twice() -> None:
    text = "a0: &a0 [ha]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9))
    document, faults = files.parse("x", text)
    assert any("Write it out" in fault.message for fault in faults)
    assert str(document.data).count("ha") < 20


def test_a_drawing_that_laughs_is_refused() -> None:
    found = pictures.faults(f"{LAUGHS}<svg viewBox='0 0 9 9'><text>&a9;</text></svg>")
    assert any("DOCTYPE" in message for _, message in found)


def test_a_name_leads_nowhere_else(tmp_path: Path) -> None:
    """A name is only ever a name: in a refusal and in the store it stands without its folder."""
    (tmp_path / "in").mkdir()
    (tmp_path / "bí mật.txt").write_text("Bài viết dài về xã nhà, có ngày tháng và nơi chốn rõ ràng.", "utf-8")
    for name in ("../bí mật.txt", str(tmp_path / "bí mật.txt")):
        assert read(tmp_path / "in" / name).name == "bí mật.txt"
    for name in ("a\x00.txt", "a" * 5000 + ".txt", "..", ".", "/dev/zero", "/dev/stdin"):
        found = read(tmp_path / "in" / name)
        assert found.fault
        assert "\n" not in found.fault
    (tmp_path / "không.txt").symlink_to("/dev/zero")
    (tmp_path / "vòng.txt").symlink_to(tmp_path / "vòng.txt")
    for name in ("không.txt", "vòng.txt"):
        assert read(tmp_path / name).fault


def test_the_file_of_places_is_an_ordinary_file_of_ordinary_size(tmp_path: Path) -> None:
    with (tmp_path / "lớn.csv").open("wb") as file:
        file.truncate(LARGEST + 1)
    os.mkfifo(tmp_path / "ống.csv")
    for name in ("lớn.csv", "ống.csv", "a\x00b", "không có.csv"):
        with pytest.raises(SetupFault, match="cannot be read"):
            import_areas(tmp_path / name, dry_run=True)


def test_no_picture_that_people_send_is_fetched_or_decoded() -> None:
    """What is not read cannot blow up: no part of the program asks a platform for a file or opens a picture."""
    asking = re.compile(r"get_file|getFile|\bPIL\b|Image\.open|photo_url|\.download")
    for path in (*ROOT.glob("bot/**/*.py"), *ROOT.glob("handlers/**/*.py")):
        found = [line for line in path.read_text("utf-8").splitlines() if asking.search(line.partition("#")[0])]
        assert [line for line in found if '"""' not in line] == [], path

"""The file of a commune's places: province, commune, unit_type, unit, team, households, population; one row a unit."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

from bot.core.text import clean

COLUMNS: Final = ("province", "commune", "unit_type", "unit", "team", "households", "population")
NEEDED: Final = {"province": "Tỉnh Mẫu", "commune": "Xã Bản Mẫu", "unit_type": "Thôn", "unit": "Đoàn Kết"}
LIMIT: Final = 120  # characters of a name
MOST: Final = 9_999_999
_NUMBER: Final = re.compile(r"\d{1,7}|\d{1,3}(?:[. ]\d{3}){1,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    """One unit as the file has it."""

    line: int
    province: str
    commune: str
    kind: str
    name: str
    team: str = ""
    households: int | None = None
    population: int | None = None

    @property
    def label(self) -> str:
        """ "Thôn 3, Xã Bản Mẫu", for messages."""  # noqa: D210  it begins with the example
        return f"{self.kind} {self.name}, {self.commune}"


@dataclass(frozen=True, slots=True, order=True)
class RowFault:
    """What is wrong on a line, and how to mend it."""

    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        """As it is told to the operator."""
        return f"dòng {self.line}: {self.what}. {self.mend}."


def read(data: bytes) -> tuple[list[AreaRow], list[RowFault]]:
    """The rows of a file and everything that is wrong with it. UTF-8, a byte order mark is allowed; "," or ";"."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        mend = "Trong Excel chọn Lưu thành (Save As), kiểu CSV UTF-8, rồi chạy lại"
        return [], [RowFault(line, "tệp không phải bảng mã UTF-8", mend)]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    head = text.partition("\n")[0]
    reader = csv.reader(StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
    try:
        table = [(reader.line_num, [_tidy(cell) for cell in row]) for row in reader]
    except csv.Error:
        return [], [RowFault(reader.line_num, "dấu ngoặc kép không khép", "Viết đủ cặp ngoặc kép, hoặc bỏ đi")]
    if not table or not any(table[0][1]):
        return [], [RowFault(1, "tệp trống", f"Dòng đầu phải là: {','.join(COLUMNS)}")]
    header = [cell.lower() for cell in table[0][1]]
    if faults := _header_faults(header):
        return [], faults
    return _read_rows(header, table[1:])


def _header_faults(header: Sequence[str]) -> list[RowFault]:
    want = f"Dòng đầu phải là: {','.join(COLUMNS)}"
    faults = [RowFault(1, f"thiếu cột {name}", want) for name in COLUMNS if name not in header]
    faults += [RowFault(1, f"cột {name!r} không dùng", want) for name in header if name not in COLUMNS]
    faults += [RowFault(1, f"cột {name} có hai lần", want) for name in COLUMNS if header.count(name) > 1]
    return faults


def _read_rows(header: Sequence[str], table: Sequence[tuple[int, list[str]]]) -> tuple[list[AreaRow], list[RowFault]]:
    rows: list[AreaRow] = []
    faults: list[RowFault] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in table:
        if not any(cells):
            continue
        if len(cells) != len(header):
            found = f"có {len(cells)} ô, phải có {len(header)}"
            faults.append(RowFault(line, found, "Thêm hoặc bớt dấu phẩy; tên có dấu phẩy thì đặt trong ngoặc kép"))
            continue
        values = dict(zip(header, cells, strict=True))
        wrong = _row_faults(line, values)
        faults += wrong
        if wrong:
            continue
        row = _row(line, values)
        key = tuple(each.casefold() for each in (row.province, row.commune, row.kind, row.name))
        if key in seen:
            faults.append(RowFault(line, f"{row.label} đã có ở dòng {seen[key]}", "Mỗi đơn vị một dòng: bỏ một dòng"))
        seen.setdefault(key, line)
        rows.append(row)
    if not rows and not faults:
        faults.append(RowFault(2, "không có đơn vị nào", "Ghi mỗi đơn vị một dòng"))
    return rows, sorted(faults)


def _row_faults(line: int, values: dict[str, str]) -> list[RowFault]:
    faults = [
        RowFault(line, f"thiếu {name}", f"Ghi vào ô {name}, ví dụ: {example}")
        for name, example in NEEDED.items()
        if not values[name]
    ]
    faults += [
        RowFault(line, f"{name} dài quá {LIMIT} chữ", "Viết ngắn lại") for name in COLUMNS if len(values[name]) > LIMIT
    ]
    for name in ("households", "population"):
        if values[name] and not _NUMBER.fullmatch(values[name]):
            faults.append(RowFault(line, f"{name} là {values[name]!r}", "Ghi số nguyên, ví dụ: 120, hoặc để trống"))
    if not faults:
        households, population = _count(values["households"]), _count(values["population"])
        if households is not None and population is not None and population < households:
            found = f"{population} nhân khẩu ít hơn {households} hộ"
            faults.append(RowFault(line, found, "Xem lại hai ô households và population, có thể bị đổi chỗ"))
    return faults


def _row(line: int, values: dict[str, str]) -> AreaRow:
    kind, name = values["unit_type"], values["unit"]
    if name.casefold().startswith(f"{kind.casefold()} "):  # "Thôn", "Thôn 3"
        name = name[len(kind) :].strip()
    return AreaRow(
        line=line,
        province=values["province"],
        commune=values["commune"],
        kind=kind,
        name=name,
        team=values["team"],
        households=_count(values["households"]),
        population=_count(values["population"]),
    )


def _count(text: str) -> int | None:
    return int(re.sub(r"\D", "", text)) if text else None


def _tidy(cell: str) -> str:
    return " ".join(clean(cell).split())

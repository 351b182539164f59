"""The picture of a summary: one idea after the other, direct labels, legible on a phone 360 pixels wide.

Drawn as SVG, which a page shows and a printer prints as it is; turned into a PNG for chats. Colours are those of
Okabe and Ito, which colour-blind readers tell apart; nothing is said by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from bot.core.splitting import shorten

FONTS: Final = Path(__file__).resolve().parents[3] / "content" / "fonts"
WIDTH: Final = 720  # twice a small phone's
LEFT: Final = 36
ROW: Final = 54
LETTER: Final = 16  # about the width of a letter of a label
LABEL_LIMIT: Final = 16  # letters
DIGIT: Final = 18
MOST_BARS: Final = 10
LINE_HEIGHT: Final = 190


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a chart: what it counts, the number, and the number as people write it."""

    label: str
    value: int
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars of one period, and a line over the last ones."""

    title: str
    subtitle: str
    bars_title: str
    bars: Sequence[Value]  # at most MOST_BARS are drawn
    line_title: str
    points: Sequence[Value]  # the oldest first
    note: str


def summary_svg(chart: Chart) -> str:
    """The chart as SVG."""
    bars = chart.bars[:MOST_BARS]
    labels = [shorten(bar.label, LABEL_LIMIT) for bar in bars]
    bar_x = LEFT + LETTER * max((len(label) for label in labels), default=0) + 16
    room = WIDTH - LEFT - bar_x - DIGIT * max((len(bar.shown) for bar in bars), default=0) - 14
    most = max((bar.value for bar in bars), default=0) or 1
    line_top = 160 + ROW * len(bars) + 108
    floor = line_top + 84 + LINE_HEIGHT
    points = _points(chart.points, floor)
    drawn: dict[str, Any] = {
        "bars": [_bar(bars[n], labels[n], n, bar_x, room / most) for n in range(len(bars))],
        "points": points,
        "path": " ".join(f"{point['x']},{point['y']}" for point in points),
    }
    return str(
        _template().render(
            width=WIDTH,
            height=(floor + 104) if points else line_top - 20,
            left=LEFT,
            title=chart.title,
            subtitle=chart.subtitle,
            bars_top=160,
            bars_title=chart.bars_title,
            bar_x=bar_x,
            line_title=chart.line_title,
            line_top=line_top,
            floor=floor,
            note=chart.note,
            **drawn,
        )
    )


def draw(svg: str) -> bytes:
    """The picture as PNG, its letters from the fonts we ship."""
    import resvg_py  # noqa: PLC0415  only who draws pays for it

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            skip_system_fonts=True,
            font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
            font_family="Noto Sans",
            sans_serif_family="Noto Sans",
        )
    )


def _bar(bar: Value, label: str, row: int, bar_x: int, scale: float) -> dict[str, Any]:
    top = 182 + ROW * row
    size = max(round(bar.value * scale), 4) if bar.value else 0
    return {
        "label": label,
        "shown": bar.shown,
        "y": top,
        "text_y": top + 30,
        "size": size,
        "value_x": bar_x + size + 12 if size else bar_x,
    }


def _points(values: Sequence[Value], floor: int) -> list[dict[str, Any]]:
    if len(values) < 2:  # noqa: PLR2004  a line has two ends
        return []
    most = max(value.value for value in values) or 1
    margin = LEFT + 34
    step = (WIDTH - 2 * margin) / (len(values) - 1)
    return [
        {
            "x": round(margin + n * step, 1),
            "y": round(floor - 12 - value.value / most * LINE_HEIGHT, 1),
            "shown": value.shown,
            "label": value.label,
        }
        for n, value in enumerate(values)
    ]


@cache
def _template() -> Any:
    import jinja2  # noqa: PLC0415  only who draws pays for it

    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)
    return environment.get_template("summary.svg")

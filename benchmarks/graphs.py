"""A graph of lines as SVG that reads well on light and dark pages."""

import math
from collections.abc import Callable, Sequence
from html import escape

from benchmarks.results import Graph

PLOT, HEIGHT = 520, 400
LEFT, TOP, BOTTOM, LEGEND = 70, 40, 50, 60
LETTER = 6.6  # wide, about, in the size of a label
COLOURS = ("#0b6e4f", "#c8553d", "#3d6cb9", "#a05fb4", "#b58900", "#2aa1b3", "#5f6b6d")
OURS_WIDTH, OTHERS_WIDTH = 3.5, 2.0
DECADE_MARKS = (1, 2, 5)
STEPS = 5  # marks on an axis that is not logarithmic, about

Scale = Callable[[float], float]


def draw(graph: Graph) -> str:
    """The picture; the first series is drawn boldest."""
    xs = [x for each in graph.series for x, _ in each.points]
    ys = [y for each in graph.series for _, y in each.points]
    x_marks, y_marks = marks(xs, log=graph.log_x, room=PLOT), marks(ys, log=graph.log_y)
    right = LEFT + PLOT
    width = round(right + LEGEND + LETTER * max(len(series.name) for series in graph.series))
    x_at = scale([*xs, *x_marks], LEFT, right, log=graph.log_x)
    y_at = scale([*ys, *y_marks], HEIGHT - BOTTOM, TOP, log=graph.log_y)
    middle = LEFT + PLOT / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" font-family="sans-serif">',
        f'<rect width="{width}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(middle, 22, graph.title, "middle", size=15, more=' font-weight="bold"'),
        _text(middle, HEIGHT - 10, graph.x, "middle"),
        _text(16, HEIGHT / 2, graph.y, "middle", more=f' transform="rotate(-90 16 {HEIGHT / 2:g})"'),
    ]
    for mark in x_marks:
        parts.append(_line([(x_at(mark), TOP), (x_at(mark), HEIGHT - BOTTOM)], "#e3e3e3", 1))
        parts.append(_text(x_at(mark), HEIGHT - BOTTOM + 18, number(mark), "middle"))
    for mark in y_marks:
        parts.append(_line([(LEFT, y_at(mark)), (right, y_at(mark))], "#e3e3e3", 1))
        parts.append(_text(LEFT - 6, y_at(mark) + 4, number(mark), "end"))
    for row, series in enumerate(graph.series):
        colour, bold = COLOURS[row % len(COLOURS)], OTHERS_WIDTH if row else OURS_WIDTH
        points = [(x_at(x), y_at(y)) for x, y in series.points]
        legend = TOP + 10 + 20 * row
        parts += [_line(points, colour, bold), *(_dot(x, y, colour) for x, y in points)]
        parts.append(_line([(right + 14, legend), (right + 34, legend)], colour, bold))
        parts.append(_text(right + 40, legend + 4, series.name, "start"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def marks(values: Sequence[float], *, log: bool, room: float = math.inf) -> list[float]:
    """Round numbers from below the least to above the greatest value, fewer where their words have no room."""
    least, most = min(values), max(values)
    if log:
        decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
        found = _around([step * 10.0**decade for decade in decades for step in DECADE_MARKS], least, most)
        if len(decades) > STEPS or LETTER * sum(len(number(mark)) + 2 for mark in found) > room:
            found = _around([10.0**decade for decade in decades], least, most)
        return found
    rough = (most or 1) / STEPS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * times for times in (1, 2, 5, 10) if size * times >= rough)
    return [step * row for row in range(math.ceil(most / step) + 1)]


def _around(every: list[float], least: float, most: float) -> list[float]:
    begin = max(index for index, mark in enumerate(every) if mark <= least)
    end = min((index for index, mark in enumerate(every) if mark >= most), default=len(every) - 1)
    return every[begin : end + 1]


def scale(values: Sequence[float], begin: float, end: float, *, log: bool) -> Scale:
    """Where a value stands between two places of the picture."""
    place = math.log10 if log else float
    least, most = place(min(values)), place(max(values))
    return lambda value: begin + (end - begin) * (place(value) - least) / ((most - least) or 1)


def number(value: float) -> str:
    """Short: 1,500 or 0.05."""
    return f"{value:,.0f}" if value >= 10 else f"{value:.3g}"


def _line(points: Sequence[tuple[float, float]], colour: str, width: float) -> str:
    way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'


def _dot(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def _text(x: float, y: float, words: str, anchor: str, *, size: int = 12, more: str = "") -> str:
    style = f'text-anchor="{anchor}" font-size="{size}" fill="#222222"{more}'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'

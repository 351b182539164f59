"""What a drawing of a lesson may hold: an SVG of our own, legible on a small phone, that refers to nothing outside."""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

PHONE = 360  # pixels: the narrowest screen
SMALLEST = 13  # pixels of a letter there
WIDEST = 1080  # of the drawing's own units, which are pixels of the picture
FONT = "Noto Sans"  # the one we ship
_SHAPES = ("svg", "g", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text", "tspan", "title")
_BOX = re.compile(r"0 0 ([1-9]\d{1,3}) ([1-9]\d{1,3})")
_NUMBER = re.compile(r"\d{1,3}(\.\d+)?")


@dataclass(slots=True)
class _Drawing:
    """What was read of a drawing so far."""

    parser: expat.XMLParserType
    faults: list[tuple[int, str]] = field(default_factory=list)
    width: int = 0
    sizes: list[float] = field(default_factory=list)  # of letters, an entry for every open element
    fonts: list[str] = field(default_factory=list)

    def wrong(self, message: str) -> None:
        self.faults.append((self.parser.CurrentLineNumber, message))

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        if name not in _SHAPES:
            self.wrong(f"<{name}> may not stand in a picture. Draw with {', '.join(_SHAPES[1:])}.")
        if not self.sizes:
            self._root(name, attributes)
        for key, value in attributes.items():
            if key in ("style", "class") or key.startswith("on") or key.endswith("href") or "url(" in value:
                self.wrong(f"{key} may not stand in a picture: it refers to something outside. Remove it.")
        size, font = attributes.get("font-size"), attributes.get("font-family")
        if size is not None and not _NUMBER.fullmatch(size):
            self.wrong(f"font-size is a plain number, such as 36, not {size}.")
            size = None
        self.sizes.append(float(size) if size else self.sizes[-1] if self.sizes else 0)
        self.fonts.append(font or (self.fonts[-1] if self.fonts else ""))
        if name in ("text", "tspan"):
            self._letters()

    def end(self, _: str) -> None:
        self.sizes.pop()
        self.fonts.pop()

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        box = _BOX.fullmatch(attributes.get("viewBox", ""))
        sides = box.groups() if box else ()
        self.width = int(sides[0]) if sides else 0
        if name != "svg" or not sides or max(map(int, sides)) > WIDEST:
            self.wrong(f'A picture begins with <svg … viewBox="0 0 720 600">, at most {WIDEST} on a side.')
        elif (attributes.get("width"), attributes.get("height")) != sides:
            self.wrong(f'Width and height must be those of the viewBox: width="{sides[0]}" height="{sides[1]}".')

    def _letters(self) -> None:
        if self.fonts[-1] != FONT:
            self.wrong(f'Letters must be in the font we ship. Write font-family="{FONT}".')
        if self.width and self.sizes[-1] * PHONE < SMALLEST * self.width:
            least = -(-SMALLEST * self.width // PHONE)
            self.wrong(f"Letters of size {self.sizes[-1]:g} cannot be read on a phone. Use at least {least}.")


def faults(svg: str) -> list[tuple[int, str]]:
    """What is wrong with a drawing: the line (from 1), and how to mend it."""
    parser = expat.ParserCreate()
    drawing = _Drawing(parser)
    parser.StartElementHandler = drawing.begin
    parser.EndElementHandler = drawing.end
    parser.StartDoctypeDeclHandler = lambda *_: drawing.wrong("A picture has no DOCTYPE. Remove it.")
    try:
        parser.Parse(svg, True)  # noqa: FBT003  the library's signature
    except expat.ExpatError as error:
        drawing.faults.append((error.lineno, f"This is not valid SVG ({expat.ErrorString(error.code)}). Correct it."))
    return drawing.faults

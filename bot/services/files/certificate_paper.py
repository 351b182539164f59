"""A certificate to look at and to print: one drawing, as a PNG or on a sheet of A4."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from bot.core.certificates import Shown, printed
from bot.library import Library
from bot.services import certificates
from bot.services.files import charts, lesson_sheet
from bot.storage.database import Transaction
from bot.words import Words

WIDTH, HEIGHT = 1600, 1131  # A4 across, in the drawing's units
A4: Final = (297, 210)  # millimetres
SHARP: Final = 2  # pixels a unit, in print
LETTER: Final = 0.6  # about the width of a letter to its size
CODE: Final = 230  # of the picture to scan
OFFICIAL: Final = "VNeID, binhdanhocvuso.gov.vn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which certificate, its code and the address that checks it (empty: none), as "png" or "pdf"."""

    certificate: int
    code: str
    link: str
    form: str

    def to_json(self) -> dict[str, Any]:
        """As kept; the number first, by which it is found when the certificate is withdrawn."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> "Order":
        """What `to_json` gave."""
        return cls(**data)


def file_name(order: Order) -> str:
    """What the file is called."""
    return f"chung-nhan-{order.certificate}.{order.form}"


def make(tx: Transaction, library: Library, order: Order) -> bytes:
    """The file. KeyError when the certificate holds no more."""
    shown = certificates.of_number(tx, order.certificate)
    words = library.words[shown.locale]
    if order.form == "png":
        return charts.draw(svg(shown, order, words))
    title = words.say("Certificate {number}", number=number(shown))
    at = datetime.combine(shown.issued_on, time(), tzinfo=UTC)
    pdf = lesson_sheet.blank(A4, title=title, at=at)
    drawn = BytesIO(charts.draw(svg(shown, order, words, scale=SHARP)))
    pdf.image(drawn, x=0, y=0, w=A4[0], h=A4[1], alt_text=described(shown, words))
    return bytes(pdf.output())


def number(shown: Shown) -> str:
    """The number as it is printed."""
    return f"TN-{shown.number:05}"


def described(shown: Shown, words: Words) -> str:
    """What the picture says, in words."""
    _ = words.say
    who = shown.name or _("The learner")
    what = _(
        "{who} has finished “{title}”: {lessons} lessons, {right} of {questions} questions right.",
        who=who,
        title=shown.title,
        lessons=shown.lessons,
        right=shown.right_answers,
        questions=shown.questions,
    )
    return f"{_('Certificate {number}', number=number(shown))}. {what}"


def svg(shown: Shown, order: Order, words: Words, *, scale: int = 1) -> str:
    """The drawing."""
    _ = words.say
    lines = _(
        "{lessons} lessons, {right} of {questions} questions right",
        lessons=shown.lessons,
        right=shown.right_answers,
        questions=shown.questions,
    )
    return str(
        _template().render(
            width=WIDTH,
            height=HEIGHT,
            scale=scale,
            team=shown.team or _("Community digital technology team"),
            team_size=_size(shown.team, 54, 1300),
            head=_("CERTIFICATE OF THE TEAM"),
            to=_("given to"),
            name=shown.name or _("The learner"),
            name_size=_size(shown.name, 96, 1400),
            did=_("who has finished the lessons"),
            title=f"“{shown.title}”",
            lines=lines,
            day=_("Given on {day}", day=shown.issued_on),
            number=_("Number {number}", number=number(shown)),
            thanks=_("This is a word of thanks of the team."),
            official=_("The official confirmation is the one on:"),
            where=OFFICIAL,
            scan=_("Scan to check") if order.link else _("To check, type this code at /certificates of our page:"),
            code=printed(order.code),
            modules=_modules(order.link) if order.link else "",
        )
    )


def _size(text: str, most: int, room: int) -> int:
    return min(most, int(room / (LETTER * max(len(text), 1))))


def _modules(link: str) -> str:
    """The address to scan as one path, CODE units on a side."""
    import segno  # noqa: PLC0415  only who draws pays for it

    rows = list(segno.make_qr(link, error="m").matrix_iter(border=2))
    side = CODE / len(rows)
    dark = ((x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return "".join(f"M{x * side:.2f} {y * side:.2f}h{side:.2f}v{side:.2f}h-{side:.2f}z" for x, y in dark)


@cache
def _template() -> Any:
    import jinja2  # noqa: PLC0415  only who draws pays for it

    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)
    return environment.get_template("certificate.svg")

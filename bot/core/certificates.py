"""What a certificate says, as one text to sign, and the code by which it is checked."""

import json
import re
from dataclasses import astuple, dataclass
from datetime import date
from typing import Final

from bot.core.signing import genuine, sign

PURPOSE: Final = "certificate"
SHARE: Final = 60  # per cent of the questions that must be right
LONGEST_NAME: Final = 60  # characters
_CODE = re.compile(r"(?:TN-?)?0*([1-9]\d{0,8})-(.{26})", re.IGNORECASE)
_GROUP = 4
_MISREAD = str.maketrans("018", "olb")  # signs that RFC 4648 leaves out of base 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Everything that is printed on a certificate; all of it is signed."""

    number: int
    title: str  # of the track
    name: str  # as the person wants it; may be empty
    team: str  # may be empty
    lessons: int
    questions: int
    right_answers: int
    issued_on: date
    locale: str


def is_earned(*, right: int, questions: int) -> bool:
    """Whether enough answers were right."""
    return questions > 0 and right * 100 >= questions * SHARE


def code_of(key: bytes, shown: Shown) -> str:
    """Number and signature, as an address ends with them."""
    return f"{shown.number}-{sign(key, PURPOSE, _text(shown))}"


def is_genuine(key: bytes, shown: Shown, signature: str) -> bool:
    """Whether we signed exactly this."""
    return genuine(key, PURPOSE, _text(shown), signature)


def read_code(typed: str) -> tuple[int, str] | None:
    """Number and signature of a code as people copy it from paper; None when it is none."""
    match = _CODE.fullmatch("".join(typed.split()))
    return (int(match[1]), match[2].lower().translate(_MISREAD)) if match else None


def printed(code: str) -> str:
    """The code in groups, for reading from paper."""
    number, _, signature = code.partition("-")
    return f"{number}-" + " ".join(signature[at : at + _GROUP] for at in range(0, len(signature), _GROUP))


def _text(shown: Shown) -> str:
    return json.dumps(astuple(shown), ensure_ascii=False, default=date.isoformat)

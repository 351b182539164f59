"""Typed codes: how they look, that only their hash is kept, and how slowly they can be tried."""

import hashlib
import math
import re
import secrets
from datetime import datetime, timedelta
from typing import Literal

from bot.core.errors import N_, KnownError
from bot.models.sealed import sealer_of
from bot.storage import joining, linking
from bot.storage.database import Transaction

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 signs; none can be read as another
CODE_LENGTH = 10
PLACE = b"typed code"  # bound to what is kept of one
PERSON_ATTEMPTS, PERSON_SPAN = 5, timedelta(minutes=15)  # wrong codes of one person
ALL_ATTEMPTS, ALL_SPAN = 100, timedelta(minutes=1)  # and of everybody
_HALF = f"[{ALPHABET}]{{{CODE_LENGTH // 2}}}"
_SHAPE = re.compile(rf"{_HALF}[ -]*{_HALF}")  # parted in the middle or not at all: words in a row are no code
WRONG = N_("This code is not valid, was used up, or is too old. Check it letter by letter, or ask for a new one.")


def new() -> str:
    """A fresh code of 31 to the power of 10."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def shown(code: str) -> str:
    """The code as people see it: "ABCDE-FGHJK"."""
    return f"{code[:5]}-{code[5:]}"


def looks_like_code(text: str) -> bool:
    """Whether a typed text has the shape of a code."""
    return bool(_SHAPE.fullmatch(text.strip().upper()))


def hashed(tx: Transaction, code: str) -> str:
    """What is kept of a new code."""
    return hashes(tx, code)[0]


def hashes(tx: Transaction, code: str) -> list[str]:
    """All that may be kept of a code, however it was typed: under this program's key, under former ones, under none."""
    sealer = sealer_of(tx.connection.dialect)
    plain = code.upper().replace("-", "").replace(" ", "")
    return [*(sealer.digests(plain, PLACE) if sealer else ()), hashlib.sha256(plain.encode()).hexdigest()]


def slow_down(tx: Transaction, person: int, now: datetime) -> None:
    """KnownError when too many codes did not work: of this person, or of everybody. To be asked before any is tried."""
    tried = joining.attempts_of(tx, person, now - PERSON_SPAN)
    if len(tried) >= PERSON_ATTEMPTS:
        left = tried[-PERSON_ATTEMPTS] + PERSON_SPAN - now
        raise KnownError(
            N_(
                "Several codes in a row did not work. Please wait {minutes} minutes, or ask the coordinator for a new "
                "code."
            ),
            minutes=math.ceil(left / timedelta(minutes=1)),
        )
    if joining.attempts(tx, now - ALL_SPAN) >= ALL_ATTEMPTS:
        raise KnownError(N_("Very many codes are being tried just now. Please try again in a few minutes."))


def meant(tx: Transaction, person: int, code: str, now: datetime) -> Literal["link", "invitation"]:
    """What a typed code is, or was, for. KnownError, and the attempt counts, when it is none."""
    slow_down(tx, person, now)
    kept = hashes(tx, code)
    if linking.find_code(tx, kept):
        return "link"
    if joining.any_invite(tx, kept):
        return "invitation"
    raise wrong(tx, person, now)


def wrong(tx: Transaction, person: int, now: datetime) -> KnownError:
    """Count a code that did not work; what to say of it. The attempt counts if the transaction is kept."""
    joining.add_attempt(tx, person, now, forget=now - PERSON_SPAN)
    return KnownError(WRONG)

"""Web addresses in typed text, however they are disguised: found and taken apart, never opened."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.core.text import clean

MOST: Final = 40  # addresses of one text that are looked at
_LONGEST: Final = 2000  # letters of one address; what is longer is cut
_PIECE = re.compile(r"""[^\s<>"'`“”‘’«»(){}\[\],;|*]+""")
_DISGUISED_DOT = re.compile(r"[\[({] ?(?:\.|dot|cham) ?[\])}]|(?<=[a-z0-9]) (?:dot|cham) (?=[a-z0-9])|[\u3002\uff61]")
_SPACED_DOT = re.compile(r"(?<=[a-z0-9-]) {1,3}\. {0,3}(?=[a-z0-9])")
_SCHEME = re.compile(r"h[tx]{2}ps?:?(?=//)|[\[(]:[\])]")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_NUMBER = re.compile(r"\d{8,10}|0x[0-9a-f]{6,8}")
_ESCAPED = re.compile(r"%([0-9a-f]{2})")
_HOST_LIMIT: Final = 253

_ENDINGS: Final = frozenset(  # of names written without "http": endings that are no Vietnamese syllable
    """
    vn com net org info biz xyz top vip club shop online site store icu cc app dev link live click win bet fun pro
    asia life world work today tech space website cyou sbs cfd rest buzz bond lol monster quest mobi zip mov press
    group page vercel host cloud center support help plus one io tk ml ga cf gq ws pw ly gg gl edu gov int
    """.split()  # noqa: SIM905  a list of seventy words in quotes is harder to read
)
_LETTERS = re.compile(r"[a-z]{2,24}|xn--[a-z0-9-]{1,59}")
_TWO: Final = 2

# Letters of other scripts that look like Latin ones.
_ALIKE: Final = str.maketrans(
    "аеорсухіїјѕһԁԛԝвнмткзАЕОРСУХІЈЅВНМТКαονρικτυχεηωΑΒΕΖΗΙΚΜΝΟΡΤΥΧɑɡıłøƅ",
    "aeopcyxiijshdqwbhmtk3AEOPCYXIJSBHMTKaovpiktuxenwABEZHIKMNOPTYXagilob",
)


@dataclass(frozen=True, slots=True)
class Address:
    """One web or mail address: `host` as people read it, in small letters; `rest` follows, `user` stands before @."""

    host: str
    rest: str = ""
    user: str = ""

    @property
    def is_number(self) -> bool:
        """Whether the place is a bare number (an IP address) instead of a name."""
        return bool(_DOTTED.fullmatch(self.host) or _NUMBER.fullmatch(self.host))

    @property
    def has_foreign_letters(self) -> bool:
        """Whether the name holds letters of another script, which may look like Latin ones."""
        return any(char.isalpha() and not unicodedata.name(char, "").startswith("LATIN") for char in self.host)

    def is_under(self, name: str) -> bool:
        """Whether it is that name, or stands below it: "a.gov.vn" is under "gov.vn"."""
        return self.host == name or self.host.endswith(f".{name}")


def latin(text: str) -> str:
    """The text with letters that only look Latin made Latin, and wide, bold or circled ones made plain."""
    return unicodedata.normalize("NFKC", clean(text)).translate(_ALIKE)


def defanged(host: str) -> str:
    """The name so that no phone makes a link of it: "vneid-gov[.]com"."""
    return host.replace(".", "[.]")


def find(text: str) -> Iterator[Address]:
    """The addresses of a text, each once, in their order."""
    plain = unicodedata.normalize("NFKC", clean(text)).lower().replace("\\", "/")
    plain = _SCHEME.sub(lambda found: "http:" if found[0].startswith("h") else ":", plain)
    plain = _SPACED_DOT.sub(".", _DISGUISED_DOT.sub(".", plain))
    seen: dict[Address, None] = {}
    for piece in _PIECE.finditer(plain):
        if found := _read(piece[0][:_LONGEST]):
            seen.setdefault(found)
        if len(seen) == MOST:
            break
    yield from seen


def _read(piece: str) -> Address | None:
    """The address a piece without blanks is, if it is one."""
    before, slashes, after = piece.partition("//")
    full = bool(slashes) and (before.endswith(":") or not before)
    rest = after.lstrip("/\\") if full else _after_colon(piece.lstrip("/\\.:-–=@#"))
    cut = next((at for at, char in enumerate(rest) if char in "/\\?#"), len(rest))
    user, _, host = rest[:cut].rpartition("@")
    name, _, port = host.partition(":")
    host = _shown(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), name).strip(".…!?:–-"))
    path = rest[cut:].rstrip(".…!?:–-")
    found = Address(host, path, user)
    sure = full or bool(path.strip("/\\")) or port.isdigit() or host.startswith("www.")
    return found if _is_name(host, sure=sure) or (_is_place(found, full=full, sure=sure)) else None


def _after_colon(piece: str) -> str:
    """Without a label that clings to it: "web:abc.com"."""
    label, colon, rest = piece.partition(":")
    return rest.lstrip("/\\") if colon and "." not in label and "." in rest else piece


def _is_place(found: Address, *, full: bool, sure: bool) -> bool:
    if _DOTTED.fullmatch(found.host):
        return sure
    return full and bool(_NUMBER.fullmatch(found.host))


def _is_name(host: str, *, sure: bool) -> bool:
    labels = host.split(".")
    last = labels[-1]
    if len(labels) < _TWO or len(host) > _HOST_LIMIT or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    if not sure:
        return last in _ENDINGS and (not labels[-2].isdecimal() or len(labels[-2]) > 1)
    return (last in _ENDINGS or len(last) == _TWO or last.startswith("xn--")) and bool(_LETTERS.fullmatch(last))


def _shown(host: str) -> str:
    """The name as a reader sees it, its punycode labels decoded."""
    return ".".join(_decoded(label) if label.startswith("xn--") else label for label in host.split("."))


def _decoded(label: str) -> str:
    try:
        shown = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    return shown if shown and all(char.isalnum() or char == "-" for char in shown) else label

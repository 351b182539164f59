"""Templates become pages; static files stand under an address that changes with them."""

import hashlib
from pathlib import Path
from typing import Any, Final

import jinja2
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from bot.words import Words

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
NO_STORE: Final = {"cache-control": "no-store"}
APPLE: Final = "maskable-180.png"  # iPhones cut the corners themselves and read no manifest for it
FOREVER: Final = "public, max-age=31536000, immutable"


class Renderer:
    """The pages of one site in its language."""

    def __init__(self, words: Words, commune: str) -> None:
        self.words = words
        self._commune = commune
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"),
            autoescape=True,
            extensions=["jinja2.ext.i18n"],
            undefined=jinja2.StrictUndefined,
        )
        self._templates.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]
        self.version = self._version()

    @property
    def title(self) -> str:
        """What the page is called on a home screen."""
        own = "Từng Ngõ"
        return own if self._commune == own else f"{own} · {self._commune}"

    @property
    def static(self) -> str:
        """Where static files stand: they may be kept for ever, a changed file has another address."""
        return f"/static/{self.version}"

    def text(self, name: str, /, **values: object) -> str:
        """A template, filled."""
        common = {
            "locale": self.words.locale,
            "commune": self._commune,
            "static": self.static,
            "icon": f"/icons/{self.version}/{APPLE}",
        }
        return self._templates.get_template(name).render(common, **values)

    def page(self, name: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
        """A page for one person: nobody keeps a copy."""
        return HTMLResponse(self.text(name, **values), status, headers=NO_STORE)

    def _version(self) -> str:
        """Changes with every static file and with the words and marks of the page that phones keep."""
        self.version = ""
        digest = hashlib.sha256(self.text("chat.html", **NOBODY).encode())
        for path in sorted(STATIC.rglob("*.*")):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()[:12]


NOBODY: Final[dict[str, Any]] = {"persona": "", "chat": "", "csrf": "", "start": ""}  # the chat page without a person


class Frozen(StaticFiles):
    """Files whose address changes with them."""

    def file_response(self, *args: object, **more: object) -> Response:
        """The file, to be kept for ever."""
        response = super().file_response(*args, **more)  # type: ignore[arg-type]
        response.headers["cache-control"] = FOREVER
        return response

"""The page on which anybody can check a certificate: genuine, withdrawn or not ours, in both languages."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.core.certificates import Shown
from bot.services import certificates
from bot.services.certificates import Checked, Finding
from bot.services.files import certificate_paper
from bot.web.limits import Limits
from bot.web.rendering import Renderer
from bot.web.site import Site
from bot.words import Words

LONGEST: Final = 80  # characters of a code, with blanks
STATUS: Final = {Finding.GENUINE: 200, Finding.WITHDRAWN: 410, Finding.FORGED: 404}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the page says in one language."""

    locale: str
    head: str
    lines: tuple[tuple[str, str], ...]  # what, and how it reads
    note: str


def certificate_routes(site: Site, renderer: Renderer, limits: Limits) -> list[Route]:
    """The form, and the address that is on every certificate."""

    async def check(request: Request) -> Response:
        code = (request.path_params.get("code") or request.query_params.get("code", ""))[:LONGEST]
        if not code.strip():
            return page(None, "", 200)
        if slower := limits.refuse_tries(request):
            return slower
        found = await site.database.read(lambda tx: certificates.check(tx, (site.secret, *site.former), code))
        return page(found, code, STATUS[found.finding])

    def page(found: Checked | None, code: str, status: int) -> Response:
        languages = sorted(site.library.words, key=lambda locale: locale != site.locale)
        said = [_said(site.library.words[locale], found) for locale in languages]
        return renderer.page(
            "certificate.html", status=status, said=said, code=code, finding=found.finding if found else ""
        )

    return [Route("/certificates", check), Route("/certificates/{code}", check)]


def _said(words: Words, found: Checked | None) -> Said:
    _, finding = words.say, found.finding if found else None
    heads = {
        None: _("Check a certificate"),
        Finding.GENUINE: _("This certificate is genuine"),
        Finding.WITHDRAWN: _("This certificate holds no more"),
        Finding.FORGED: _("This is no certificate of ours"),
    }
    notes = {
        None: _("Type the code that is printed on the certificate, for example: 12-abcd efgh …"),
        Finding.GENUINE: _(
            "Compare it with the paper: where it reads differently, the paper was changed. The team thanks with it; "
            "the official confirmation is the one on {where}.",
            where=certificate_paper.OFFICIAL,
        ),
        Finding.WITHDRAWN: _("It was replaced by a newer one, or the person had their data erased."),
        Finding.FORGED: _("The code does not fit. Perhaps a letter was misread: type it again as it is printed."),
    }
    return Said(
        locale=words.locale,
        head=heads[finding],
        lines=_lines(found.shown, words) if found and found.shown else (),
        note=notes[finding],
    )


def _lines(shown: Shown, words: Words) -> tuple[tuple[str, str], ...]:
    _ = words.say
    answers = _("{right} of {questions}", right=shown.right_answers, questions=shown.questions)
    return (
        (_("Number of the certificate"), certificate_paper.number(shown)),
        (_("Name printed"), shown.name or _("none")),
        (_("Group of lessons"), shown.title),
        (_("Team"), shown.team or _("none")),
        (_("Lessons finished"), words.number(shown.lessons)),
        (_("Questions right"), answers),
        (_("Given on"), words.day(shown.issued_on)),
    )

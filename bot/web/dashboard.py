"""The coordinator's page. A link is looked at as often as anybody likes; only its button uses it up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.core.errors import DatabaseAway, KnownError, NotAllowed
from bot.core.periods import Period, period_of, rule_named
from bot.services import dashboards
from bot.services.dashboards import Visitor
from bot.services.files import charts
from bot.services.permissions import REFUSALS, Action
from bot.web import dashboard_view, sessions
from bot.web.limits import Limits
from bot.web.rendering import NO_STORE, Renderer
from bot.web.site import Site

COOKIE: Final = "tungngo-bang"
PATH: Final = "/dashboard"
KEY_LIMIT: Final = 100
Answer = Callable[[Request, str], Awaitable[Response]]


def dashboard_routes(site: Site, renderer: Renderer, limits: Limits) -> list[Route]:
    """The page, what opens it, what it shows and what ends it."""
    desk = _Desk(site, renderer, limits)
    return [
        Route(PATH, desk.answer(desk.show)),
        Route(f"{PATH}/open", desk.answer(desk.open), methods=["POST"]),
        Route(f"{PATH}/leave", desk.answer(desk.leave), methods=["POST"]),
        Route(f"{PATH}/chart/{{team:int}}/{{rule}}/{{day}}.png", desk.answer(desk.chart)),
        Route(f"{PATH}/file/{{team:int}}/{{rule}}/{{day}}.xlsx", desk.answer(desk.workbook)),
    ]


class _Desk:
    """The answers of one site."""

    def __init__(self, site: Site, renderer: Renderer, limits: Limits) -> None:
        self._site = site
        self._renderer = renderer
        self._limits = limits

    def answer(self, work: Answer) -> Callable[[Request], Awaitable[Response]]:
        """A posted form must come from a page of ours; what may not be seen is said kindly; nobody keeps a copy."""

        async def guarded(request: Request) -> Response:
            if request.method == "POST" and not _is_from_here(request):
                return self._closed()
            try:
                response = await work(request, sessions.token_of(request, COOKIE))
            except DatabaseAway:
                return self._renderer.page("away.html", status=503)
            except NotAllowed:
                return self._closed()
            response.headers.update(NO_STORE)
            return response

        return guarded

    async def show(self, request: Request, session: str) -> Response:
        """The button of a link, or the page of a session."""
        key = request.query_params.get("key", "")[:KEY_LIMIT]
        now = self._site.clock()
        if key and (slower := self._limits.refuse_tries(request)):
            return slower
        if key:
            works = await self._site.database.read(lambda tx: dashboards.works(tx, key, now))
            return self._renderer.page("dashboard_open.html", status=200 if works else 403, key=key if works else "")
        who = await self._visitor(session)
        shown = await self._site.database.write(lambda tx: dashboards.view(tx, who, now=now, zone=self._site.zone))
        words = self._site.library.words[who.locale]
        form = self._site.library.forms["outreach"]
        teams = [dashboard_view.team(each, words, form, self._site.zone) for each in shown]
        return self._renderer.page(
            "dashboard.html", teams=teams, now=dashboard_view.moment(now, words, self._site.zone)
        )

    async def open(self, request: Request, _session: str) -> Response:
        """Use a link."""
        if slower := self._limits.refuse_tries(request):
            return slower
        form = await request.form(max_files=0, max_fields=5)
        key, now = str(form.get("key", ""))[:KEY_LIMIT], self._site.clock()
        secret = await self._site.database.write(lambda tx: dashboards.use(tx, key, now))
        if not secret:
            return self._closed()
        response = RedirectResponse(PATH, 303)
        response.set_cookie(
            COOKIE,
            secret,
            max_age=int(dashboards.SESSION_LASTS.total_seconds()),
            httponly=True,
            secure=self._site.secure,
            samesite="lax",
            path=PATH,
        )
        return response

    async def leave(self, _request: Request, session: str) -> Response:
        """End every session of this person, on every machine."""
        now = self._site.clock()
        await self._site.database.write(lambda tx: dashboards.leave(tx, session, now))
        response = self._renderer.page("dashboard_open.html", key="", left=True)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    async def chart(self, request: Request, session: str) -> Response:
        """A period as a picture."""
        who, now, zone = await self._visitor(session), self._site.clock(), self._site.zone
        team, period = request.path_params["team"], _period(request)
        found = await self._site.database.write(lambda tx: dashboards.one(tx, who, team, period, now=now, zone=zone))
        svg = dashboard_view.chart(found, self._site.library.words[who.locale], zone)
        return Response(await asyncio.to_thread(charts.draw, svg), media_type="image/png")

    async def workbook(self, request: Request, session: str) -> Response:
        """The reports of a period; the file itself stands under a name nobody can guess."""
        who, now, site = await self._visitor(session), self._site.clock(), self._site
        team, period = request.path_params["team"], _period(request)
        try:
            name = await site.database.write(
                lambda tx: dashboards.workbook(tx, site.library, who, team=team, period=period, now=now, zone=site.zone)
            )
        except NotAllowed:
            raise
        except KnownError as known:
            said = site.library.words[who.locale].say(known.say, **known.values)
            return self._renderer.page("dashboard_open.html", status=404, key="", said=said)
        return RedirectResponse(f"/media/{name}", 303)

    async def _visitor(self, session: str) -> Visitor:
        """Who looks. NotAllowed without a session, and when every role was taken away since."""
        now = self._site.clock()
        who = await self._site.database.read(lambda tx: dashboards.visitor(tx, session, now)) if session else None
        if who is None or not who.roles:
            raise NotAllowed(REFUSALS[Action.SEE_DASHBOARD])
        return who

    def _closed(self) -> Response:
        return self._renderer.page("dashboard_open.html", status=403, key="")


def _period(request: Request) -> Period:
    """The period of an address. NotAllowed for what no page of ours names."""
    rule, day = rule_named(request.path_params["rule"]), dashboard_view.day_of(request.path_params["day"])
    if rule is None or day is None:
        raise NotAllowed(REFUSALS[Action.SEE_DASHBOARD])
    return period_of(rule, day)


def _is_from_here(request: Request) -> bool:
    """Whether a post comes from a page of this host, by what browsers tell and pages cannot change (Fetch Metadata)."""
    if site := request.headers.get("sec-fetch-site", ""):
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")

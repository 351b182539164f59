"""Calendars to follow, under names nobody can guess; one is public."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.services import calendars
from bot.web.site import Site

LONGEST = 64  # characters of a name
KIND = "text/calendar; charset=utf-8"
ROBOTS = {"x-robots-tag": "noindex, nofollow"}


def calendar_route(site: Site) -> Route:
    """The route of every calendar."""

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        if len(name) > LONGEST:
            return PlainTextResponse("not found", 404, headers=ROBOTS)
        now = site.clock()
        found = await site.database.read(
            lambda tx: calendars.find(
                tx,
                name,
                site.library.dates,
                site.library.sources,
                locale=site.locale,
                now=now,
                today=now.astimezone(site.zone).date(),
            )
        )
        if found is None:
            return PlainTextResponse("not found", 404, headers=ROBOTS)
        kept = "public, max-age=3600" if name == calendars.PUBLIC else "private, no-store"
        headers = {**ROBOTS, "cache-control": kept, "content-disposition": 'inline; filename="tung-ngo.ics"'}
        return Response(found, media_type=KIND, headers=headers)

    return Route("/calendar/{name}.ics", serve)

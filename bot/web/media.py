"""Pictures and files under names nobody can guess. There is no list of them."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.services.files import media
from bot.web.site import Site

ROBOTS = {"x-robots-tag": "noindex, nofollow", "cache-control": "private, no-store"}


def media_route(site: Site) -> Route:
    """The route of every picture and file; Zalo's servers fetch a picture more than once."""

    async def serve(request: Request) -> Response:
        found = await media.load(site.database, site.library, request.path_params["name"])
        if found is None:
            return PlainTextResponse("not found", 404, headers=ROBOTS)
        place = "inline" if found.is_picture else "attachment"
        disposition = f"{place}; filename*=UTF-8''{quote(found.label, safe='')}"
        return Response(found.content, media_type=found.kind, headers={**ROBOTS, "content-disposition": disposition})

    return Route("/media/{name}", serve)

"""What a phone keeps to open the chat from its home screen and without a connection. Nothing of it is personal."""

import asyncio
from functools import cache
from pathlib import Path
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.core.errors import N_
from bot.services.files import charts
from bot.web.rendering import APPLE, FOREVER, NOBODY, STATIC, Renderer

WORKER: Final = Path(__file__).parent / "worker.js"
GROUND, ACCENT = "#f4f2ec", "#00524a"  # --ground and --accent of chat.css
ICONS: Final = {"icon-192.png": 192, "icon-512.png": 512, "maskable-512.png": 512}
CHECK_AGAIN: Final = {"cache-control": "no-cache"}
ABOUT: Final = N_("Learn digital skills, ask with sources, report visits; also without a connection.")


def shell_routes(renderer: Renderer) -> list[Route]:
    """Manifest, icons, service worker, and the chat page without a person in it."""

    async def manifest(_: Request) -> Response:
        body = {
            "id": "/",
            "name": renderer.title,
            "short_name": "Từng Ngõ",
            "description": renderer.words.say(ABOUT),
            "lang": renderer.words.locale,
            "dir": "ltr",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": GROUND,
            "theme_color": ACCENT,
            "icons": [
                {
                    "src": f"/icons/{renderer.version}/{name}",
                    "sizes": f"{size}x{size}",
                    "type": "image/png",
                    "purpose": "maskable" if name.startswith("maskable") else "any",
                }
                for name, size in ICONS.items()
            ],
        }
        return Response(orjson.dumps(body), media_type="application/manifest+json", headers=CHECK_AGAIN)

    async def icon(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in (*ICONS, APPLE):
            return PlainTextResponse("not found", 404)
        drawn = await asyncio.to_thread(_draw, name)
        return Response(drawn, media_type="image/png", headers={"cache-control": FOREVER})

    async def worker(_: Request) -> Response:
        kept = ["/offline", *(f"{renderer.static}/{path.name}" for path in sorted(STATIC.glob("*.*")))]
        script = WORKER.read_text("utf-8").replace('["%KEPT%"]', orjson.dumps(kept).decode())
        script = script.replace("%STATIC%", renderer.static).replace("%VERSION%", renderer.version)
        return Response(script, media_type="text/javascript", headers=CHECK_AGAIN)

    async def offline(_: Request) -> Response:
        page = renderer.page("chat.html", **NOBODY)
        page.headers["cache-control"] = "no-cache"
        return page

    return [
        Route("/manifest.webmanifest", manifest),
        Route("/icons/{version}/{name}", icon),
        Route("/sw.js", worker),
        Route("/offline", offline),
    ]


@cache
def _draw(name: str) -> bytes:
    size = ICONS.get(name, 180)
    svg = (STATIC / ("maskable.svg" if name.startswith("maskable") else "icon.svg")).read_text("utf-8")
    return charts.draw(svg.replace("<svg ", f'<svg width="{size}" height="{size}" ', 1))

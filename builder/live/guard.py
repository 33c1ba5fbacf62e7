"""Refuses requests that come from another site, before anything else sees them, and what own routes answer with."""

from collections.abc import Collection
from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}  # of every answer of our own routes


def middleware() -> list[Middleware]:
    """What must stand before every route: our own get none of the protection of Streamlit's."""
    return [Middleware(SameSite)]


class SameSite:
    """Lets through what a page of this server asks for, and what no browser asks for; answers 403 to the rest.

    A page elsewhere shows itself by its `Origin`. A foreign name that was pointed at this machine (DNS rebinding) shows
    itself by the `Host`, which must be one of Streamlit's `server.allowedHosts`, or of this machine when that is empty.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._hosts: Collection[str] = config.get_option("server.allowedHosts") or LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or self._welcome(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("Forbidden", status_code=403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    def _welcome(self, headers: Headers) -> bool:
        host, origin = headers.get("host", ""), headers.get("origin")
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:
            return False
        known = name is not None and any(fnmatchcase(name, pattern) for pattern in self._hosts)
        return known and origin in (None, f"http://{host}", f"https://{host}")

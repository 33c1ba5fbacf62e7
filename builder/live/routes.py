"""The HTTP route that live charts poll, behind `builder.live.guard`; only ids are taken."""

from collections.abc import Callable
from functools import cache

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from builder.core.errors import Error
from builder.live.feed import Feed
from builder.live.guard import HEADERS
from builder.runs.store import Store


def routes(open_store: Callable[[], Store] = Store) -> list[BaseRoute]:
    """`GET /api/runs/{run}/metrics?after=CURSOR&attempt=N`. The store is opened at the first request."""

    @cache
    def feed() -> Feed:
        return Feed(open_store())

    # a plain function: Starlette runs it in a thread, so that a slow disk does not hold up the pages
    def metrics(request: Request) -> JSONResponse:
        query = request.query_params
        try:
            after, attempt = _number(query.get("after", "")), _number(query.get("attempt", ""))
            return JSONResponse(feed().chunk(request.path_params["run"], after, attempt), headers=HEADERS)
        except Error as error:
            status = 404 if error.code == "P-NONE" else 503
            return JSONResponse({"code": error.code, "message": error.message}, status, headers=HEADERS)

    return [Route("/api/runs/{run}/metrics", metrics, methods=["GET"])]


def _number(text: str) -> int:
    """A cursor or an attempt; whatever else is sent means "from the beginning"."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0

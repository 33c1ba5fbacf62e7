"""Around the pages: the routes beside them, what happens when the server starts and stops, and unexpected errors.

A server that first imported what its pages need would answer a second later. So they are imported while the browser
loads Streamlit's own files: `prepare` begins with it, and a page waits for its end.
"""

import contextlib
import logging
import os
import socket
import stat
import threading
from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match, Router
from starlette.types import Receive, Scope, Send

from builder.core.errors import internal, reference
from builder.core.files import home

log = logging.getLogger("netbuilder")


class Api(BaseRoute):
    """All routes below `/api`, made at the first request."""

    def __init__(self) -> None:
        self._router: Router | None = None

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether a request is for one of them."""
        ours = scope["type"] == "http" and scope["path"].startswith(scope.get("root_path", "") + "/api/")
        return (Match.FULL if ours else Match.NONE), {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the right one answer."""
        if self._router is None:
            self._router = await run_in_threadpool(_router)
        await self._router(scope, receive, send)


def _router() -> Router:
    prepare().join()
    # what was just imported
    from builder.canvas.live import live_routes
    from builder.canvas.routes import routes as canvas
    from builder.live.routes import routes as live

    return Router([*live(), *live_routes(), *canvas()])


@cache
def prepare() -> threading.Thread:
    """Import what pages and routes need, in a thread that began at the first call."""
    thread = threading.Thread(target=_import, name="prepare", daemon=True)
    thread.start()
    return thread


def _import() -> None:
    # one after the other, and by this thread alone: two that import pandas at once meet a half-made module
    import pandas  # noqa: F401, I001
    import builder.canvas.routes
    import builder.ui.gallery
    import builder.ui.session  # noqa: F401


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """When the server starts, let answers go out at once; when it stops, say which runs go on and how to stop them."""
    _send_at_once()
    yield
    # imported here: starting must not wait for the trainer's modules
    from builder.runs.store import Store
    from builder.training.supervisor import farewell

    if message := farewell(Store(home())):
        print(message, flush=True)


def _send_at_once() -> None:
    """Switch Nagle's algorithm off for the server's sockets; connections inherit it.

    asyncio does so for sockets that name their protocol, which Streamlit's does not; and so the second part of every
    answer would wait 40 ms for the browser to acknowledge the first.
    """
    for descriptor in range(3, 256):
        with contextlib.suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            with socket.socket(fileno=os.dup(descriptor)) as listening:
                if listening.family in (socket.AF_INET, socket.AF_INET6) and listening.type == socket.SOCK_STREAM:
                    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def on_script_error(error: Exception) -> bool:
    """Show an unexpected error as a reference, and keep its traceback in the workspace's log."""
    ref = reference()
    _log_to_file()
    log.error("%s", ref, exc_info=error)
    st.error(str(internal(ref)), icon=":material/error:")
    return True


def _log_to_file() -> None:
    if not log.handlers:
        handler = logging.FileHandler(home() / "app.log", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        log.addHandler(handler)

"""Around the pages: what happens when the server stops, and what is shown of an unexpected error."""

import contextlib
import logging
import os
import socket
import stat
from collections.abc import AsyncIterator
from typing import Any

import streamlit as st

from builder.core.errors import internal, reference
from builder.core.files import home
from builder.runs.store import Store

log = logging.getLogger("netbuilder")


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """When the server starts, let answers go out at once; when it stops, say which runs go on and how to stop them."""
    _send_at_once()
    yield
    # imported here: only now, because starting must not wait for the trainer's modules
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

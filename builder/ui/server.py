"""Around the pages: what happens when the server stops, and what is shown of an unexpected error."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from builder.core.errors import internal, reference
from builder.core.files import home
from builder.runs.store import Store

log = logging.getLogger("netbuilder")


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """When the server stops, say which runs go on and how to stop them."""
    yield
    # imported here: only now, because starting must not wait for the trainer's modules
    from builder.training.supervisor import farewell

    if message := farewell(Store(home())):
        print(message, flush=True)


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

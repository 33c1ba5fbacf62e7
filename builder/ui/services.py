"""What a server process has once: the store, the spare trainer, and torch, imported while nobody waits."""

import threading

import streamlit as st

from builder.core.files import home
from builder.graph.networks import Networks
from builder.runs.store import Store
from builder.training import supervisor


@st.cache_resource
def store() -> Store:
    """The runs of the workspace."""
    return Store(home())


def networks() -> Networks:
    """The networks of the workspace."""
    return Networks(home())


DRAWN = 0.7  # seconds in which a browser has drawn the first page


def warm() -> None:
    """Get ready what the first page does without: torch, and a spare trainer. Returns at once; call it often."""
    if not _warming().is_alive():
        supervisor.warm(store())


@st.cache_resource
def _warming() -> threading.Thread:
    # not at once: importing torch would take the interpreter from the page that is being served
    thread = threading.Timer(DRAWN, _rehearse, args=(store(),))
    thread.daemon = True
    thread.start()
    return thread


def _rehearse(runs: Store) -> None:
    # imported here, not above: torch takes seconds, and the first page must not wait for it
    from builder.compiler.check import check
    from builder.examples import load

    check(load("digits-cnn"))  # the first use of the meta device costs most of a second
    supervisor.warm(runs)  # now, not at the next visit: a person who waits on a page presses Start next

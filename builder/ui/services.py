"""What a server process has once: the store, the spare trainer, and torch, imported while nobody waits."""

import threading

import streamlit as st

from builder.core.files import home
from builder.graph.networks import Networks
from builder.runs.store import Store


@st.cache_resource
def store() -> Store:
    """The runs of the workspace."""
    return Store(home())


def networks() -> Networks:
    """The networks of the workspace."""
    return Networks(home())


@st.cache_resource
def warm() -> threading.Thread:
    """Begin to import what the first page does not need, and start the spare trainer. Returns at once."""
    thread = threading.Thread(target=_warm, name="warm", daemon=True)
    thread.start()
    return thread


def _warm() -> None:
    # imported here, not above: torch takes seconds, and the first page must not wait for it
    from builder.compiler.check import check
    from builder.examples import load
    from builder.training import supervisor

    check(load("digits-cnn"))  # the first use of the meta device costs most of a second
    supervisor.warm(store())

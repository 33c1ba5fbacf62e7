"""The canvas: a network drawn, edited and checked in the browser, which talks to the routes of this package."""

from collections.abc import Callable
from functools import cache

import streamlit as st
from streamlit.components.v2.bidi_component.state import ComponentResult
from streamlit.components.v2.types import ComponentRenderer

Act = Callable[[], None]


@cache
def _component() -> ComponentRenderer:
    # Not at import: the routes of this package are imported before there is a runtime, and only that knows, from the
    # pyproject.toml beside the package, in which folder `js` lies.
    return st.components.v2.component("builder.canvas", js="index-*.js")


def canvas(
    network: str,
    *,
    key: str,
    client: str,
    rev: int,
    selected: str | None = None,
    run: str | None = None,
    follow: bool = False,
    height: int = 0,
    on_open: Act | None = None,
    on_changed: Act | None = None,
    on_selected: Act | None = None,
    on_missing: Act | None = None,
) -> ComponentResult:
    """Show a network. The document itself never passes through Python's side of the page.

    Params: `client`, the token of the page, as in `Networks.change`; `rev`, the revision that the page has seen;
    `follow`, whether the page is told of changes and of the selection; `height` in pixels, 0 for as many as there are.
    The callbacks find in `st.session_state[key]` what they were called for: `open` the id of a network, `changed` a
    revision, `selected` the id of a node; `missing` says that the network is gone.
    """
    data = {
        "network": network,
        "client": client,
        "rev": rev,
        "selected": selected,
        "run": run,
        "follow": follow,
        "height": height,
    }
    return _component()(
        key=key,
        data=data,
        on_open_change=on_open or _nothing,
        on_changed_change=on_changed or _nothing,
        on_selected_change=on_selected or _nothing,
        on_missing_change=on_missing or _nothing,
    )


def _nothing() -> None:
    """A trigger without a callback would not be part of the component's result."""

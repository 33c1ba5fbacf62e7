"""The canvas on a page: what it is told, and what it asks of the page."""

import streamlit as st

from builder.canvas import canvas
from builder.canvas.live import run_of
from builder.ui import services, session
from builder.ui.outline import select
from builder.ui.session import Workbench


def draw(bench: Workbench, follow: bool) -> None:
    """The open network, drawn. Params: `follow`, whether the page shows what is done and chosen on the canvas."""
    key = f"canvas:{bench.id}"

    def open_other() -> None:
        session.open_network(str(st.session_state[key].open))
        st.session_state.pop("selected", None)

    def choose() -> None:
        if node := st.session_state[key].selected:
            select(str(node))

    with st.container(key="canvas"):
        canvas(
            bench.id,
            key=key,
            client=session.client(),
            rev=bench.kept.rev,
            selected=st.session_state.get("selected") if follow else None,
            run=run_of(bench.document, services.store()),
            follow=follow,
            on_open=open_other,
            on_selected=choose,
            on_missing=session.leave,
        )

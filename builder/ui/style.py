"""The few rules of style that Streamlit's theme cannot express."""

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

SHEET = Path(__file__).with_name("static") / "style.css"


@cache
def _sheet() -> ComponentRenderer:
    # not at import: a component can be registered only when there is a runtime
    return st.components.v2.component(
        "netbuilder_style", css=SHEET.read_text("utf-8"), html="<span></span>", isolate_styles=False
    )


def apply() -> None:
    """Add the style sheet to the page."""
    _sheet()(key="style", height=1)

"""Build: the network as an outline, checked as it is edited. The canvas joins this page beside the outline."""

import streamlit as st

from builder.core.text import _
from builder.ui import inspector, outline, session, toolbar

session.required(_("Build"), _("No network is open yet. Start from a ready one, or from an empty one."))


@st.fragment
def workspace() -> None:
    """All that an edit changes; only this part runs again."""
    session.tell()
    bench = session.workbench()
    assert bench is not None
    report = outline.checked(bench.document)
    toolbar.draw(bench, report)
    left, right = st.columns([3, 1.8], gap="medium")
    with left:
        outline.draw(bench.document, report)
    with right:
        inspector.draw(bench.document, report)


workspace()

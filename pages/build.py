"""Build: the network as a canvas, as an outline, or as both, checked as it is edited."""

import streamlit as st

from builder.core.text import _
from builder.ui import drawing, gallery, inspector, outline, session, toolbar

gallery.open_shared()
session.required(_("Build"), _("No network is open yet. Start from a ready one, or from an empty one."))


@st.fragment
def workspace() -> None:
    """All that an edit changes; only this part runs again."""
    session.tell()
    bench = session.workbench()
    if bench is None:  # it was deleted, and there is no other
        st.rerun()
    toolbar.draw(bench)
    view = toolbar.view()
    if view == "canvas":
        drawing.draw(bench, follow=False)
        return
    report = outline.checked(bench.document)
    if view == "outline":
        toolbar.totals(bench.document, report)
    left, right = st.columns([3, 1.8], gap="medium")
    if view == "both":
        with left:
            drawing.draw(bench, follow=True)
        with right:
            outline.draw(bench.document, report)
    else:
        with left:
            outline.draw(bench.document, report)
        with right:
            inspector.draw(bench.document, report)


workspace()

"""Gallery: ready networks, each with a picture, what it learns, its data and its size."""

import streamlit as st

from builder.core.text import _
from builder.examples import load, names
from builder.ui import gallery, session

st.title(_("Start from a network that works"))
st.markdown(
    _("Open one, change what you like, train it and use it on your own input. Everything runs on this machine.")
)

bench = session.workbench()
if bench is not None:
    gallery.welcome_back(bench)

everything = names()
for start in range(0, len(everything), 3):
    for column, name in zip(st.columns(3), everything[start : start + 3], strict=False):
        with column:
            gallery.card(name, load(name))

gallery.own_work()

"""Gallery: ready networks, each with a picture, what it learns, its data and its size."""

import streamlit as st

from builder.core.text import _
from builder.ui import gallery, session

st.title(_("Start from a network that works"))
st.markdown(
    _("Open one, change what you like, train it and use it on your own input. Everything runs on this machine.")
)

bench = session.workbench()
if bench is not None:
    gallery.welcome_back(bench)

gallery.cards()

gallery.own_work()

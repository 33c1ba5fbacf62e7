"""Data: which samples the network learns from, how they are split and shown to it."""

import streamlit as st

from builder.core.text import _
from builder.ui import choosing, datasets, reading, session

bench = session.required(_("Data"), _("Data belongs to a network. Open one first."))
st.title(_("Data"))
if choosing.asked(bench.document):
    choosing.draw(bench.document)
else:
    choosing.head(bench.document)
    left, right = st.columns([2, 3], gap="large")
    with left:
        reading.columns_and_split(session.data(), session.set_data)
        reading.preparation(session.data, session.set_data)
    with right:
        datasets.look(bench.document)

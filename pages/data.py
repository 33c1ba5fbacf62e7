"""Data: which samples the network learns from, how they are split and shown to it."""

import streamlit as st

from builder.core.text import _
from builder.ui import datasets, session

st.title(_("Data"))
bench = session.workbench()
if bench is None:
    st.info(_("Data belongs to a network. Open one first."), icon=":material/dataset:")
    if st.button(_("Go to the gallery"), type="primary"):
        session.go("gallery")
    st.stop()

st.query_params[session.NETWORK] = bench.id
left, right = st.columns([2, 3], gap="large")
with left:
    datasets.choose(bench.document)
with right:
    datasets.look(bench.document)

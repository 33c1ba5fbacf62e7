"""Train: the recipe, the start button, and the run as it happens."""

import streamlit as st

from builder.core.text import _
from builder.ui import session, training

bench = session.workbench()
if bench is None:
    st.title(_("Train"))
    st.info(_("There is nothing to train yet. Open a network first."), icon=":material/model_training:")
    if st.button(_("Go to the gallery"), type="primary"):
        session.go("gallery")
    st.stop()

st.query_params[session.NETWORK] = bench.id
training.head(bench)
left, right = st.columns([2.6, 1], gap="large")
with left:
    training.watch(bench)
with right:
    training.recipe(bench.document)

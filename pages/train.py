"""Train: the recipe, the start button, and the run as it happens."""

import streamlit as st

from builder.core.text import _
from builder.ui import session, training

bench = session.required(_("Train"), _("There is nothing to train yet. Open a network first."))
training.head(bench)
left, right = st.columns([2.6, 1], gap="large")
with left:
    training.watch(bench)
with right:
    training.recipe(bench.document)

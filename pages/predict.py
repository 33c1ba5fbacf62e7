"""Predict: a trained network on a person's own input."""

import streamlit as st

from builder.core.text import _
from builder.ui import prediction

st.title(_("Predict"))
prediction.draw()

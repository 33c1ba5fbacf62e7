"""Runs: everything that was trained, side by side."""

import streamlit as st

from builder.core.text import _
from builder.ui import runs

st.title(_("Runs"))
runs.draw()

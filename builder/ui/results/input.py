"""Figures of a field that is reconstructed, and some samples above what was made of them."""

import streamlit as st

from builder.core.text import _, number
from builder.evaluation import InputFigures
from builder.ui import autoencoders


def inputs(found: InputFigures) -> None:
    """Draw them."""
    error, baseline = found.reconstruction_mse, found.baseline_reconstruction_mse
    facts = [
        (_("Reconstruction error"), number(error)), (_("Baseline"), number(baseline)),
        (_("Explained"), f"{1 - error / baseline:.1%}" if baseline else ""),
    ]  # fmt: skip
    for place, (label, value) in zip(st.columns(5), facts, strict=False):
        place.metric(label, value)
    text = _("The mean squared error of each number of a sample. Baseline: always the mean of the training part.")
    st.caption(text)
    st.markdown(f"**{_('Given, and reconstructed')}** :small[:gray[{_('evenly drawn')}]]")
    autoencoders.pairs(found.originals, found.reconstructions)
    st.markdown(f"**{_('Reconstructed worst')}** :small[:gray[{_('what is most unlike the rest')}]]")
    autoencoders.pairs(found.worst_originals, found.worst_reconstructions)

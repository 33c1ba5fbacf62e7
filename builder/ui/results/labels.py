"""Figures of sets of labels: the whole, and each label."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from builder.core.text import _
from builder.evaluation import LabelsFigures


def labels(found: LabelsFigures) -> None:
    """Draw them."""
    facts = [
        (_("F1 of all labels"), found.f1_micro), (_("Baseline"), found.baseline_f1_micro),
        (_("Mean F1 of labels"), found.f1_macro), (_("Without a mistake"), found.exact_match),
        (_("Baseline"), found.baseline_exact_match),
    ]  # fmt: skip
    for column, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(label, f"{value:.1%}")
    st.caption(_("Baseline: for each label always what is more frequent, there or not."))
    st.dataframe(pd.DataFrame([asdict(figures) for figures in found.classes]), hide_index=True)

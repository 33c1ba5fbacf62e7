"""Figures of a category: the whole, each class, and what was taken for what."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from builder.core.text import _
from builder.evaluation import CategoryFigures
from builder.ui import charts


def category(found: CategoryFigures) -> None:
    """Draw them."""
    facts = [
        (_("Accuracy"), found.accuracy), (_("Baseline"), found.baseline), (_("Precision"), found.precision),
        (_("Recall"), found.recall), (_("F1"), found.f1),
    ]  # fmt: skip
    for column, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(label, f"{value:.1%}")
    st.caption(_("Baseline: always the most frequent class. Precision, recall and F1 are means over the classes."))
    left, right = st.columns([2, 3])
    left.dataframe(pd.DataFrame([asdict(figures) for figures in found.classes]), hide_index=True)
    figure = charts.confusion(found.confusion, [c.name for c in found.classes])
    right.plotly_chart(figure, key=f"confusion:{found.output}")

"""Figures of yes or no: the whole, the ROC curve, and what was taken for what."""

import streamlit as st

from builder.core.text import _
from builder.evaluation import BinaryFigures
from builder.ui import charts


def binary(found: BinaryFigures) -> None:
    """Draw them."""
    facts = [
        (_("Accuracy"), found.accuracy), (_("Baseline"), found.baseline), (_("Precision"), found.precision),
        (_("Recall"), found.recall), (_("F1"), found.f1), ("ROC AUC", found.roc_auc),
    ]  # fmt: skip
    for column, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        column.metric(label, "–" if value is None else f"{value:.1%}")
    st.caption(_("Baseline: always the more frequent answer. A yes is a probability over 50 %."))
    left, right = st.columns([3, 2])
    if found.roc_auc is not None:
        figure = charts.roc(found.false_positive_rate, found.true_positive_rate)
        left.plotly_chart(figure, key=f"roc:{found.output}")
    right.plotly_chart(charts.confusion(found.confusion, found.classes), key=f"confusion:{found.output}")

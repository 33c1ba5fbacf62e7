"""Figures of numbers, and the predicted against the right ones."""

import streamlit as st

from builder.core.text import _, number
from builder.evaluation import NumberFigures
from builder.ui import charts
from builder.ui.markup import plain


def numbers(found: NumberFigures) -> None:
    """Draw them."""
    for column in found.columns:
        if len(found.columns) > 1:
            st.caption(plain(column.name, 60))
        facts = [
            (_("Mean absolute error"), column.mae), (_("Baseline"), column.baseline_mae),
            (_("Root mean squared error"), column.rmse), (_("Baseline"), column.baseline_rmse), ("R2", column.r2),
        ]  # fmt: skip
        for place, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
            place.metric(label, number(value))
        st.caption(_("Baseline: always the mean of the training part, which has an R2 of about 0."))
        figure = charts.predicted_against_true(column.true, column.predicted)
        st.plotly_chart(figure, key=f"numbers:{found.output}:{column.name}")

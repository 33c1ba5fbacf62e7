"""Figures of forecasts, and what was forecast beside what came."""

import streamlit as st

from builder.core.text import _, number
from builder.evaluation import ForecastFigures
from builder.ui import series


def forecasts(found: ForecastFigures) -> None:
    """Draw them."""
    facts = [
        (_("Mean absolute error"), found.mae), (_("Baseline"), found.baseline_mae),
        (_("Root mean squared error"), found.rmse), (_("Baseline"), found.baseline_rmse),
    ]  # fmt: skip
    for place, (label, value) in zip(st.columns(len(facts)), facts, strict=True):
        place.metric(label, number(value))
    st.caption(_("Baseline: the last known value, repeated. All figures are in the series' own scale."))
    step = 0
    if len(found.steps) > 1:
        names = [one.name for one in found.steps]
        errors, baseline = [one.mae for one in found.steps], [one.baseline_mae for one in found.steps]
        left, right = st.columns(2)
        left.plotly_chart(series.errors_ahead(names, errors, baseline), key=f"ahead:{found.output}")
        with right:
            step = names.index(st.select_slider(_("Steps ahead"), names, key=f"step:{found.output}"))
            one = found.steps[step]
            for place, (label, value) in zip(
                st.columns(2), ((_("Mean absolute error"), one.mae), (_("Baseline"), one.baseline_mae)), strict=True
            ):
                place.metric(label, number(value))
    course = found.course
    came, predicted = ([row[step] for row in rows] for rows in (course.true, course.predicted))
    figure = series.course(course.times, came, predicted, course.last, found.target)
    st.plotly_chart(figure, key=f"course:{found.output}")

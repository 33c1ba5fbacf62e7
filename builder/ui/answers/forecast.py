"""The next values of a series as an answer."""

import streamlit as st

from builder.core.text import number
from builder.prediction.answers import Forecast
from builder.ui import series
from builder.ui.answers.drawn import BARE, Drawn

FEW = 6  # steps that are told in words


def _card(answer: Forecast) -> None:
    st.plotly_chart(series.forecast([], answer.values, answer.target), key=f"forecast:{answer.output}", config=BARE)


def _words(answer: Forecast) -> str:
    return " ".join(map(number, answer.values[:FEW])) + (" …" if len(answer.values) > FEW else "")


FORECAST = Drawn(
    card=_card,
    words=_words,
    columns=lambda answer: [f"{answer.output} {step}" for step in answer.steps],
    cells=lambda answer: list(answer.values),
)

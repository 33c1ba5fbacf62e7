"""A category as an answer: the likeliest class and the probabilities of all."""

import streamlit as st

from builder.core.text import _
from builder.prediction.answers import Choice
from builder.ui import charts
from builder.ui.answers.drawn import BARE, Drawn
from builder.ui.markup import plain


def _card(answer: Choice) -> None:
    st.markdown(f"### {plain(answer.label)} :gray[{answer.probabilities[answer.label]:.1%}]")
    figure = charts.probabilities(answer.probabilities)
    key = "probabilities" if not answer.output else f"probabilities:{answer.output}"
    st.plotly_chart(figure, key=key, config=BARE)


CATEGORY = Drawn(
    card=_card,
    words=lambda answer: f"{answer.label} {answer.probabilities[answer.label]:.0%}",
    columns=lambda answer: [answer.output, f"{_('probability')} {answer.output}"],
    cells=lambda answer: [answer.label, answer.probabilities[answer.label]],
)

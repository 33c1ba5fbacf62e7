"""A set of labels as an answer: those that are there, and the probabilities of all."""

import streamlit as st

from builder.core.text import _
from builder.prediction.answers import LabelSet
from builder.ui import charts
from builder.ui.answers.drawn import BARE, Drawn
from builder.ui.markup import plain


def _words(answer: LabelSet) -> str:
    return ", ".join(answer.labels) or _("none")


def _card(answer: LabelSet) -> None:
    st.markdown(f"### {plain(_words(answer), 200)}")
    st.plotly_chart(charts.probabilities(answer.probabilities, 20), key=f"labels:{answer.output}", config=BARE)
    st.caption(_("Each label on its own: it is there where its probability is over 50 %."))


LABELS = Drawn(
    card=_card,
    words=_words,
    columns=lambda answer: [answer.output, *(f"{_('probability')} {name}" for name in sorted(answer.probabilities))],
    cells=lambda answer: [_words(answer), *(answer.probabilities[name] for name in sorted(answer.probabilities))],
)

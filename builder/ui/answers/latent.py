"""What the network keeps of a sample as an answer."""

import streamlit as st

from builder.core.text import number
from builder.prediction.answers import Located
from builder.ui import autoencoders
from builder.ui.answers.drawn import BARE, Drawn

FEW = 8  # numbers that are told in words


def _card(answer: Located) -> None:
    st.text(_words(answer))
    figure = autoencoders.position(answer.position)
    st.plotly_chart(figure, key=f"position:{answer.output}", config=BARE)


def _words(answer: Located) -> str:
    return "  ".join(map(number, answer.position[:FEW])) + (" …" if len(answer.position) > FEW else "")


LOCATED = Drawn(
    card=_card,
    words=_words,
    columns=lambda answer: [f"{answer.output} {at}" for at in range(1, len(answer.position) + 1)],
    cells=lambda answer: list(answer.position),
)

"""A rating as an answer."""

import streamlit as st

from builder.core.text import _, number
from builder.prediction.answers import Rating
from builder.ui.answers.drawn import Drawn
from builder.ui.markup import plain


def _card(answer: Rating) -> None:
    st.markdown(f"### {plain(number(answer.value))}")
    if answer.ranks:
        st.caption(_("A score that only ranks: the higher, the sooner this user likes the item."))


RATING = Drawn(
    card=_card,
    words=lambda answer: number(answer.value),
    columns=lambda answer: [answer.output],
    cells=lambda answer: [answer.value],
)

"""A reconstructed field as an answer: beside what was given, with its error on the scale of the training part."""

import streamlit as st

from builder.core.text import _, number
from builder.prediction.answers import Restored
from builder.ui import autoencoders
from builder.ui.answers.drawn import BARE, Drawn

UNUSUAL = 0.99  # of the training part that is reconstructed better


def _card(answer: Restored) -> None:
    made = answer.reconstruction[None]
    autoencoders.pairs(made if answer.original is None else answer.original[None], made)
    if answer.error is None:
        return
    if answer.unlike is None:
        words = _("Reconstruction error {error}. What is usual is known once the run is finished.")
        st.caption(words.format(error=number(answer.error)))
        return
    words = _("Reconstruction error **{error}**, larger than for {share} of the training part.")
    st.markdown(words.format(error=number(answer.error), share=f"{answer.unlike:.0%}"))
    if answer.unlike >= UNUSUAL:
        st.warning(_("This is unlike what the network was trained on."), icon=":material/priority_high:")
    figure = autoencoders.familiar(answer.error, answer.familiar)
    st.plotly_chart(figure, key=f"familiar:{answer.output}", config=BARE)
    st.caption(_("The bands hold one half and nine tenths of the training part; dotted: its median."))


def _percentile(answer: Restored) -> float | None:
    return None if answer.unlike is None else 100 * answer.unlike


RESTORED = Drawn(
    card=_card,
    words=lambda answer: "" if answer.error is None else _("error {error}").format(error=number(answer.error)),
    columns=lambda answer: [f"{answer.output} {_('error')}", f"{answer.output} {_('error percentile')}"],
    cells=lambda answer: [answer.error, _percentile(answer)],
)

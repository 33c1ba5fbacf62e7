"""A text as an answer, with the others that were nearly as likely."""

import pandas as pd
import streamlit as st

from builder.core.text import _
from builder.prediction.answers import Words
from builder.ui.answers.drawn import Drawn
from builder.ui.markup import plain


def _card(answer: Words) -> None:
    st.markdown(f"### {plain(answer.text, 1000) or '—'} :gray[{answer.share:.1%}]")
    if answer.others:
        st.caption(_("Also followed to their end, with how likely the network finds them:"))
        rows = pd.DataFrame(list(answer.others.items()), columns=[_("text"), _("probability")])
        shares = {_("probability"): st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)}
        st.dataframe(rows, hide_index=True, column_config=shares)


TEXT = Drawn(
    card=_card,
    words=lambda answer: answer.text,
    columns=lambda answer: [answer.output, f"{_('probability')} {answer.output}"],
    cells=lambda answer: [answer.text, answer.share],
)

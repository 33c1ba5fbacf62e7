"""Numbers as an answer, each with its place among those of the training part."""

import streamlit as st

from builder.core.text import _, number
from builder.prediction.answers import Value
from builder.ui import charts
from builder.ui.answers.drawn import BARE, Drawn
from builder.ui.markup import plain


def _card(answer: Value) -> None:
    """The number, and where it lies among those of the training part."""
    for name, found in answer.values.items():
        name_of = f"{plain(name, 40)} " if len(answer.values) > 1 else ""
        st.markdown(f"### {name_of}{plain(number(found))}")
        figure = charts.value(found, answer.mean[name], answer.std[name])
        st.plotly_chart(figure, key=f"value:{answer.output}:{name}", config=BARE)
    mean, std = next(iter(answer.mean.values())), next(iter(answer.std.values()))
    if len(answer.values) == 1:
        text = _("Dotted: the mean of the training data, {mean}. The inner band: one spread, {std}, to each side.")
        st.caption(plain(text.format(mean=number(mean), std=number(std)), 200))


def _columns(answer: Value) -> list[str]:
    return [answer.output] if len(answer.values) == 1 else [f"{answer.output} {name}" for name in answer.values]


NUMBER = Drawn(
    card=_card,
    words=lambda answer: " ".join(map(number, answer.values.values())),
    columns=_columns,
    cells=lambda answer: list(answer.values.values()),
)

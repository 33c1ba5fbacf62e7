"""What a network says, drawn: a card for each Output, or a table of many predictions."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from builder.core.text import _, number
from builder.data.tables import write_table
from builder.prediction.answers import Choice, Said, Value
from builder.prediction.predictor import Prediction
from builder.ui import charts
from builder.ui.markup import plain

BARE = {"displayModeBar": False}


def notices(found: Prediction) -> None:
    """What there was to say about the input."""
    for notice in found.notices:
        st.caption(f":material/info: {plain(notice.message, 300)}")


def cards(found: Prediction) -> None:
    """A card for each Output, and how long they took."""
    several = len(found.answers) > 1
    for answer in found.answers:
        with st.container(border=several):
            if several or isinstance(answer, Value):
                st.caption(plain(answer.target, 60))
            _choice(answer) if isinstance(answer, Choice) else _value(answer)
    st.caption(_("{ms:.1f} ms on this machine").format(ms=found.milliseconds))


def _choice(answer: Choice) -> None:
    st.markdown(f"### {plain(answer.label)} :gray[{answer.probabilities[answer.label]:.1%}]")
    figure = charts.probabilities(answer.probabilities)
    key = "probabilities" if not answer.output else f"probabilities:{answer.output}"
    st.plotly_chart(figure, key=key, config=BARE)


def _value(answer: Value) -> None:
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


def brief(found: Prediction) -> str:
    """One prediction in a few words."""
    return ", ".join(map(_words, found.answers))


def _words(answer: Said) -> str:
    if isinstance(answer, Choice):
        return f"{answer.label} {answer.probabilities[answer.label]:.0%}"
    return " ".join(map(number, answer.values.values()))


def table(found: Sequence[Prediction]) -> None:
    """Many answers, and the same to download."""
    columns, rows = _single(found) if _is_single(found) else _several(found)
    shares = {
        name: st.column_config.ProgressColumn(format="percent") for name in columns if name.startswith(_("probability"))
    }
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, column_config=shares)
    st.download_button(
        _("Download as CSV"), write_table(columns, rows), "predictions.csv", "text/csv",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    st.caption(_("Texts that begin like a formula get a ' in front, so that no spreadsheet runs them."))


def _is_single(found: Sequence[Prediction]) -> bool:
    return len(found[0].answers) == 1 and isinstance(found[0].answers[0], Choice)


def _single(found: Sequence[Prediction]) -> tuple[list[str], list[list[object]]]:
    """One category: the probability of each class too."""
    heads = [_("input"), _("label"), _("probability")]
    classes = sorted(found[0].probabilities)
    rows = [[p.input, p.label, p.probabilities[p.label], *(p.probabilities[name] for name in classes)] for p in found]
    # a class may be called as one of our columns is
    return [*heads, *(f"{name} " if name in heads else name for name in classes)], rows


def _several(found: Sequence[Prediction]) -> tuple[list[str], list[list[object]]]:
    columns, first = [_("input")], found[0].answers
    for answer in first:
        if isinstance(answer, Choice):
            columns += [answer.output, f"{_('probability')} {answer.output}"]
        else:
            columns += [answer.output] if len(answer.values) == 1 else [f"{answer.output} {n}" for n in answer.values]
    return columns, [[p.input, *(cell for answer in p.answers for cell in _cells(answer))] for p in found]


def _cells(answer: Said) -> list[object]:
    if isinstance(answer, Choice):
        return [answer.label, answer.probabilities[answer.label]]
    return list(answer.values.values())

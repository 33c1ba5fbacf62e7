"""What a network says, drawn: a card for each Output, or a table of many predictions; one file for each kind."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from builder.core.text import _
from builder.data.tables import write_table
from builder.prediction.answers import Choice, Forecast, LabelSet, Located, Rating, Restored, Said, Tagged, Value, Words
from builder.prediction.predictor import Prediction
from builder.ui.answers.category import CATEGORY
from builder.ui.answers.drawn import Drawn
from builder.ui.answers.forecast import FORECAST
from builder.ui.answers.input import RESTORED
from builder.ui.answers.labels import LABELS
from builder.ui.answers.latent import LOCATED
from builder.ui.answers.number import NUMBER
from builder.ui.answers.rating import RATING
from builder.ui.answers.tags import TAGS
from builder.ui.answers.text import TEXT
from builder.ui.markup import plain

DRAWN: dict[type[Said], Drawn] = {
    Choice: CATEGORY,
    Value: NUMBER,
    Forecast: FORECAST,
    Rating: RATING,
    LabelSet: LABELS,
    Words: TEXT,
    Restored: RESTORED,
    Located: LOCATED,
    Tagged: TAGS,
}


def notices(found: Prediction) -> None:
    """What there was to say about the input."""
    for notice in found.notices:
        st.caption(f":material/info: {plain(notice.message, 300)}")


def cards(found: Prediction) -> None:
    """A card for each Output, and how long they took."""
    several = len(found.answers) > 1
    for answer in found.answers:
        with st.container(border=several):
            if several or not isinstance(answer, Choice):
                st.caption(plain(answer.target, 60))
            DRAWN[type(answer)].card(answer)
    st.caption(_("{ms:.1f} ms on this machine").format(ms=found.milliseconds))


def brief(found: Prediction) -> str:
    """One prediction in a few words."""
    return ", ".join(DRAWN[type(answer)].words(answer) for answer in found.answers)


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
    columns = [column for answer in found[0].answers for column in DRAWN[type(answer)].columns(answer)]
    rows = [[cell for answer in p.answers for cell in DRAWN[type(answer)].cells(answer)] for p in found]
    return [_("input"), *columns], [[p.input, *row] for p, row in zip(found, rows, strict=True)]

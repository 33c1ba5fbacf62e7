"""Past values in, a chart of the past and the forecast out."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from builder.core.errors import Error, Problem
from builder.core.text import _
from builder.data.preparations.series import SeriesPreparation
from builder.data.tables import write_table
from builder.prediction import Forecast
from builder.prediction.predictor import Prediction, Predictor
from builder.prediction.rolling import rolled, rolls
from builder.runs.store import Run
from builder.ui import answers, problems, series
from builder.ui.answers.drawn import BARE
from builder.ui.markup import plain

MOST_TIMES = 20  # how often a forecast is rolled on


def typed(predictor: Predictor, run: Run) -> None:
    """Values as typed or pasted."""
    text = st.text_area(
        _("The last values, the newest at the end"), key=f"past:{run.id}", height=130, placeholder="0.2 0.4 0.5 …"
    )
    if text.strip():
        _continue(predictor, run, text.encode("utf-8", "replace"), _("typed"))
    else:
        _need(predictor)


def uploaded(predictor: Predictor, run: Run) -> None:
    """Values from a file."""
    file = st.file_uploader(
        _("A CSV file with a row for each step"), type=["csv", "tsv", "txt"], key=f"series:{run.id}", max_upload_size=50
    )
    if file is None:
        _need(predictor)
    else:
        _continue(predictor, run, file.getvalue(), file.name)


def _need(predictor: Predictor) -> None:
    field = _field(predictor)
    text = _("It reads the last {n:,} steps of {names}; of more, the newest.")
    st.caption(plain(text.format(n=field.length, names=", ".join(field.columns)), 300))


def _field(predictor: Predictor) -> SeriesPreparation:
    assert isinstance(predictor.only, SeriesPreparation)
    return predictor.only


def _continue(predictor: Predictor, run: Run, content: bytes, name: str) -> None:
    heard: list[Problem] = []
    try:
        raw = _field(predictor).read(content, name, heard.append)
    except Error as error:
        problems.draw(error.problems, "past")
        return
    for notice in heard:
        st.caption(f":material/info: {plain(notice.message, 300)}")
    [found] = predictor.predict([raw], [name])
    if len(found.answers) == 1 and isinstance(found.answers[0], Forecast):
        _chart(predictor, run, raw, found, found.answers[0])
    else:
        answers.cards(found)


def _chart(predictor: Predictor, run: Run, raw: NDArray[np.float32], found: Prediction, first: Forecast) -> None:
    values, horizon = list(first.values), len(first.values)
    if rolls(predictor):
        times = st.slider(_("Horizons"), 1, MOST_TIMES, key=f"times:{run.id}", width=320)
        values = rolled(predictor, raw, times) if times > 1 else values
    figure = series.forecast(predictor.view(raw), values, first.target, horizon)
    st.plotly_chart(figure, key="forecast", config=BARE)
    if len(values) > horizon:
        st.caption(_("Behind the dotted line the network continues its own forecast, so mistakes add up."))
    columns, rows = [_("steps ahead"), first.target], [[at, value] for at, value in enumerate(values, 1)]
    with st.expander(_("The values")):
        st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True)
        st.download_button(
            _("Download as CSV"), write_table(columns, rows), "forecast.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    st.caption(_("{ms:.1f} ms on this machine").format(ms=found.milliseconds))

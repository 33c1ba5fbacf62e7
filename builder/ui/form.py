"""One form for a network that reads several fields, or columns of a table: a widget for each."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from builder.core.errors import MOST_LISTED, Error, Problem
from builder.core.text import _, number
from builder.data.fitting import FieldPreparation
from builder.data.images import EXTENSIONS
from builder.data.preparations.columns import ColumnsPreparation
from builder.data.preparations.image import ImagePreparation
from builder.data.preparations.index import IndexPreparation
from builder.data.preparations.sound import SoundPreparation
from builder.data.preparations.text import TextPreparation
from builder.data.sounds import EXTENSIONS as SOUNDS
from builder.data.sources.places import TABLES
from builder.data.tables import read_table
from builder.prediction.predictor import Given, Prediction, Predictor
from builder.runs.store import Run
from builder.ui import answers, problems
from builder.ui.markup import plain

BESIDE = 3  # widgets in a row


def draw(predictor: Predictor, run: Run) -> None:
    """The form, and beside it what the network says to what it holds."""
    left, right = st.columns([1, 1.2], gap="large")
    with left:
        given = {name: _field(name, field, run.id) for name, field in predictor.fields.items()}
    with right:
        if not any(_filled(value) for value in given.values()):
            st.info(_("The answers appear here as soon as you fill in something."), icon=":material/edit_note:")
            return
        ready = {name: value if value is not None else "" for name, value in given.items()}
        [found] = predictor.predict_given([ready], [_("form")])
        if isinstance(found, Problem):
            problems.draw([found], "form")
            return
        answers.notices(found)
        answers.cards(found)


def _field(name: str, field: FieldPreparation, run: str) -> Given | None:
    key = f"form:{run}:{name}"
    if isinstance(field, ColumnsPreparation):
        return _columns(field, key)
    if isinstance(field, IndexPreparation):
        return _words(field, key)
    if isinstance(field, ImagePreparation):
        file = st.file_uploader(plain(name, 60), type=[ending.lstrip(".") for ending in EXTENSIONS], key=key)
        return file.getvalue() if file else None
    if isinstance(field, SoundPreparation):
        file = st.file_uploader(plain(name, 60), type=[ending.lstrip(".") for ending in SOUNDS], key=key)
        return file.getvalue() if file else None
    if isinstance(field, TextPreparation):
        return st.text_area(plain(name, 60), key=key, height=110, placeholder=_("in any language that the data had"))
    return st.text_input(plain(name, 60), key=key, placeholder=_("numbers, divided by spaces"))


def _columns(field: ColumnsPreparation, key: str) -> Mapping[str, str]:
    """A widget for each column; what is left empty is missing, as it may be in the data."""
    found: dict[str, str] = {}
    rows = [range(len(field.columns))[start : start + BESIDE] for start in range(0, len(field.columns), BESIDE)]
    for row in rows:
        for place, at in zip(st.columns(BESIDE), row, strict=False):
            name, words = field.columns[at], field.categories[at]
            with place:
                if words:
                    chosen = st.selectbox(
                        plain(name, 60), words, index=None, key=f"{key}:{at}", placeholder=_("unknown")
                    )
                    found[name] = chosen or ""
                elif field.dates[at]:
                    found[name] = st.text_input(plain(name, 60), key=f"{key}:{at}", placeholder="2024-05-31 18:30")
                else:
                    usual = _("mean {mean}").format(mean=number(field.usual[at]))
                    value = st.number_input(
                        plain(name, 60), value=None, key=f"{key}:{at}", format="%g", placeholder=usual
                    )
                    found[name] = "" if value is None else repr(float(value))
    return found


def _words(field: IndexPreparation, key: str) -> Mapping[str, str]:
    """A choice for each column; what is left empty is unknown."""
    found: dict[str, str] = {}
    for start in range(0, len(field.columns), BESIDE):
        for place, at in zip(st.columns(BESIDE), range(start, len(field.columns)), strict=False):
            name, words = field.columns[at], field.categories[at]
            chosen = place.selectbox(plain(name, 60), words, index=None, key=f"{key}:{at}", placeholder=_("unknown"))
            found[name] = chosen or ""
    return found


def _filled(value: Given | None) -> bool:
    return any(value.values()) if isinstance(value, Mapping) else bool(value and value.strip())


def upload(predictor: Predictor, run: Run) -> None:
    """A table with the same columns: an answer for each row."""
    file = st.file_uploader(
        _("A table with a header"),
        type=[ending.lstrip(".") for ending in TABLES],
        key=f"rows:{run.id}",
        max_upload_size=50,
    )
    if file is None:
        names = ", ".join(predictor.columns[:12])
        st.caption(plain(_("It needs the columns {names}. What is empty counts as missing.").format(names=names), 300))
        return
    try:
        with tempfile.NamedTemporaryFile(suffix=".csv") as kept:
            kept.write(file.getvalue())
            kept.flush()
            found = predictor.predict_table(read_table(Path(kept.name), name=file.name))
    except Error as error:
        problems.draw(error.problems, "rows")
        return
    bad = [item for item in found if isinstance(item, Problem)]
    good = [item for item in found if isinstance(item, Prediction)]
    problems.draw(bad[:MOST_LISTED], "bad")
    if good:
        answers.table(good)

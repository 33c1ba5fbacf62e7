"""The Predict page: choose a run, give it something of your own, read the answer."""

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
import streamlit as st

from builder.core.errors import MOST_LISTED, Error, Problem
from builder.core.text import _
from builder.data.images import EXTENSIONS
from builder.data.preparations.image import ImagePreparation
from builder.data.preparations.series import SeriesPreparation
from builder.data.preparations.sound import SoundPreparation
from builder.data.preparations.text import TextPreparation
from builder.data.preparations.vector import VectorPreparation
from builder.prediction.predictor import Prediction, Predictor
from builder.prediction.recommending import recommends
from builder.runs.store import Run
from builder.training import supervisor
from builder.ui import answers, form, metrics, problems, recommending, series_form, services, session, sound_form
from builder.ui.datasets import picture, pictures
from builder.ui.markup import plain
from builder.ui.training import RUN

CANVAS = 280  # pixels
STROKE = {8: 44, 28: 20}  # how thick the brush is for networks that see so many pixels
DRAWABLE = 28  # pixels; larger images are photographs, of which a drawing has nothing
MOST_FILES = 500


def draw() -> None:
    """The page."""
    run = _choose()
    if run is None:
        return
    if not services.store().checkpoints(run.id):
        _wait(run.id)
        return
    try:
        predictor = _predictor(run)
    except Error as error:
        problems.draw(error.problems, "predictor")
        return
    _use(predictor, run)


@st.fragment(run_every=1.0)
def _wait(id: str) -> None:
    """Look every second whether the run has saved its first weights."""
    if services.store().checkpoints(id) or not services.store().get(id).active:
        st.rerun()
    st.info(
        _("The run has saved no weights yet. This page goes on by itself as soon as it has."),
        icon=":material/hourglass_empty:",
    )
    if st.button(_("Watch the run"), icon=":material/show_chart:"):
        session.go("train", run=id)


def _choose() -> Run | None:
    """The run of the address, or one of a list."""
    store = services.store()
    supervisor.reap(store)
    runs = {run.id: run for run in store.list() if store.checkpoints(run.id) or run.active}
    if not runs:
        session.empty(_("Nothing is trained yet. A network from the gallery is ready in under a minute."))
        return None
    wanted = st.query_params.get(RUN)
    if wanted not in runs:
        if wanted:
            st.error(plain(_("[P-NONE] No such run. Choose another.")))
        wanted = next(iter(runs))
    st.session_state["predict-run"] = wanted

    def choose() -> None:
        st.query_params[RUN] = st.session_state["predict-run"]

    st.selectbox(
        _("Run"), list(runs), key="predict-run", format_func=lambda id: _name(runs[id]), on_change=choose, width=520
    )
    st.query_params[RUN] = str(wanted)
    return runs[str(wanted)]


def _name(run: Run) -> str:
    best = f" · {metrics.shown(run.best_metric, run.best_value)}" if run.best_value is not None else ""
    state = f" · {_('still training')}" if run.active else ""
    return f"{run.name}{best}{state} · {run.id[:8]}"


def _predictor(run: Run) -> Predictor:
    """The run's predictor with its best weights so far, kept until better ones are saved."""
    checkpoints = services.store().checkpoints(run.id)
    return _kept(run.id, max((c.sha256 for c in checkpoints if c.best), default=str(len(checkpoints))))


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept(id: str, weights: str) -> Predictor:
    return Predictor.of(services.store(), id)


def _use(predictor: Predictor, run: Run) -> None:
    if any(answer.target.kind == "text" for answer in predictor.trained.answers):
        predictor = copy(predictor)  # others may look at this run, and follow more texts or fewer
        words = _("How many beginnings the search keeps at each step; with 1 it takes the likeliest token each time.")
        predictor.beams = st.slider(
            _("Texts followed at once"), 1, 16, predictor.beams, key=f"beams:{run.id}", help=words, width=320
        )
    only = predictor.only
    if isinstance(only, ImagePreparation):
        drawable = only.mode == "grey" and max(only.size) <= DRAWABLE
        ways = {_("Upload"): _images, _("Camera"): _camera}
        if drawable:
            ways = {_("Draw"): _drawing, _("Upload"): _images}
    elif isinstance(only, SoundPreparation):
        ways = {_("Record"): sound_form.recorded, _("Upload"): sound_form.uploaded}
    elif isinstance(only, TextPreparation):
        ways = {_("Type"): _typed, _("Upload"): _texts}
    elif isinstance(only, SeriesPreparation):
        ways = {_("Type"): series_form.typed, _("Upload"): series_form.uploaded}
    elif isinstance(only, VectorPreparation):
        ways = {_("Type"): _numbers}
    elif recommends(predictor):
        ways = {_("Recommend"): recommending.draw, _("Fill in"): form.draw, _("Upload"): form.upload}
    else:
        ways = {_("Fill in"): form.draw, _("Upload"): form.upload}
    if len(ways) > 1:
        way = st.segmented_control(
            _("Input"),
            list(ways),
            default=next(iter(ways)),
            key=f"way:{' '.join(ways)}",
            required=True,
            label_visibility="collapsed",
        )
    else:
        way = next(iter(ways))
    ways[str(way)](predictor, run)


def _drawing(predictor: Predictor, run: Run) -> None:
    # imported here: it registers its component at import, for which Streamlit must be running
    from streamlit_drawable_canvas import st_canvas

    left, right = st.columns([1, 2], gap="large")
    with left:
        st.markdown(f"**{_('Draw here')}**")
        size = predictor.only.size[0] if isinstance(predictor.only, ImagePreparation) else 28
        generation = st.session_state.setdefault("drawing", 0)
        result = st_canvas(
            stroke_width=STROKE.get(size, 18),
            stroke_color="#ffffff",
            background_color="#000000",
            height=CANVAS,
            width=CANVAS,
            return_image_data=True,
            key=f"canvas:{run.id}:{generation}",
        )

        def clear() -> None:
            st.session_state["drawing"] += 1

        st.button(_("Clear"), icon=":material/ink_eraser:", on_click=clear)
        st.caption(_("What you draw is centred and scaled as the training images are."))
    image = result.image_data
    file = predictor.drawing(np.asarray(image)) if image is not None else None
    with right:
        if file is None:
            st.info(_("The answer appears here as soon as you draw."), icon=":material/draw:")
            return
        raw = predictor.read(file, "drawing.png")
        _answer(predictor, raw, predictor.predict([raw], [_("drawing")])[0])


def _images(predictor: Predictor, run: Run) -> None:
    files = st.file_uploader(
        _("One image or many"),
        type=[e.lstrip(".") for e in EXTENSIONS],
        accept_multiple_files=True,
        key=f"images:{run.id}",
    )
    grey = isinstance(predictor.only, ImagePreparation) and predictor.only.mode == "grey"
    invert = grey and st.toggle(_("Invert: dark on light becomes light on dark"), key="invert")
    if not files:
        st.caption(_("PNG, JPEG, WebP, BMP or GIF. Photographs are turned, scaled and converted as in training."))
        return
    raws, names, bad = [], [], []
    for file in files[:MOST_FILES]:
        try:
            raw = predictor.read(file.getvalue(), file.name)
        except Error as error:
            bad += list(error.problems)
            continue
        raws.append(255 - raw if invert else raw)
        names.append(file.name)
    _answers(predictor, raws, names, bad)


def _camera(predictor: Predictor, run: Run) -> None:
    photo = st.camera_input(_("Take a photograph"), key=f"camera:{run.id}", width=480)
    if photo is None:
        st.caption(_("The browser asks before it shows the camera. The photograph stays on this machine."))
        return
    try:
        raw = predictor.read(photo.getvalue(), _("photograph"))
    except Error as error:
        problems.draw(error.problems, "camera")
        return
    _answers(predictor, [raw], [_("photograph")], [])


def _typed(predictor: Predictor, run: Run) -> None:
    text = st.text_input(
        _("Text"),
        key=f"text:{run.id}",
        placeholder=_("Write something, in any language that the data had."),
        live=True,
    )
    if not text or not text.strip():
        st.caption(_("The answer appears as you type."))
        return
    _one(predictor, predictor.predict_texts([text])[0], text)


def _texts(predictor: Predictor, run: Run) -> None:
    file = st.file_uploader(
        _("A text file with one text a line"), type=["txt", "csv"], key=f"texts:{run.id}", max_upload_size=5
    )
    if file is None:
        st.caption(_("Each line is judged on its own; the table can be downloaded."))
        return
    try:
        lines = _lines(file.getvalue())
    except Error as error:
        problems.draw(error.problems, "texts")
        return
    found = predictor.predict_texts(lines)
    bad = [item for item in found if isinstance(item, Problem)]
    good = [item for item in found if isinstance(item, Prediction)]
    _bad(bad)
    if good:
        answers.table(good)


def _lines(content: bytes) -> list[str]:
    # imported here to keep this module's top free of what only uploads need
    from builder.data.tables import decoded

    return [line.strip() for line in decoded(content).splitlines() if line.strip()]


def _numbers(predictor: Predictor, run: Run) -> None:
    text = st.text_input(_("Numbers, divided by spaces"), key=f"numbers:{run.id}", placeholder="0 1", live=True)
    if text and text.strip():
        _one(predictor, predictor.predict_texts([text])[0], text)


def _one(predictor: Predictor, found: Prediction | Problem, text: str) -> None:
    if isinstance(found, Problem):
        problems.draw([found], "one")
        return
    assert predictor.only is not None
    answers.notices(found)
    _answer(predictor, predictor.only.read_text(text), found)


def _answers(predictor: Predictor, raws: Sequence[Any], names: Sequence[str], bad: Sequence[Problem]) -> None:
    _bad(bad)
    if not raws:
        return
    found = predictor.predict(raws, names)
    if len(found) == 1:
        _answer(predictor, raws[0], found[0])
        return
    captions = [answers.brief(p) for p in found[:24]]
    pictures([predictor.view(raw) for raw in raws[:24]], captions)
    answers.table(found)


def _bad(bad: Sequence[Problem]) -> None:
    if bad:
        problems.draw(bad[:MOST_LISTED], "bad")


def _answer(predictor: Predictor, raw: Any, found: Prediction) -> None:
    """One answer: what the network saw, and what it says."""
    left, right = st.columns([1, 2.5], gap="medium")
    view = predictor.view(raw)
    with left:
        st.caption(_("What the network sees"))
        if isinstance(view, np.ndarray):
            st.image(picture(view), width=140, alt=_("What the network sees"))
        elif view and isinstance(view[0], str):
            st.markdown(
                " ".join(f":blue-badge[{plain(token, 20)}]" for token in view[:64]) + (" …" if len(view) > 64 else "")
            )
        else:
            st.text(" ".join(f"{value:g}" for value in view))
    with right:
        answers.cards(found)

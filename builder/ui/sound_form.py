"""Sounds for a network: recorded or uploaded, and what it says to them."""

from collections.abc import Sequence

import streamlit as st

from builder.core.errors import MOST_LISTED, Error, Problem
from builder.core.text import _
from builder.data.preparations.sound import SoundPreparation
from builder.data.sounds import EXTENSIONS
from builder.prediction.predictor import Predictor
from builder.runs.store import Run
from builder.ui import answers, listening, problems
from builder.ui.markup import plain

MOST_FILES = 200
SHOWN = 24


def recorded(predictor: Predictor, run: Run) -> None:
    """A word into the microphone."""
    sound = st.audio_input(_("Say something"), key=f"record:{run.id}", width=520)
    if sound is None:
        st.caption(_("The browser asks before it listens. The sound stays on this machine."))
        return
    _judge(predictor, [(_("recording"), sound.getvalue())])


def uploaded(predictor: Predictor, run: Run) -> None:
    """Sound files."""
    files = st.file_uploader(
        _("One sound or many"),
        type=[ending.lstrip(".") for ending in EXTENSIONS],
        accept_multiple_files=True,
        key=f"sounds:{run.id}",
    )
    if not files:
        st.caption(_("WAV, FLAC, OGG or MP3, up to 60 s each. They are brought to one rate and length as in training."))
        return
    _judge(predictor, [(file.name, file.getvalue()) for file in files[:MOST_FILES]])


def _judge(predictor: Predictor, files: Sequence[tuple[str, bytes]]) -> None:
    raws, names, bad = [], [], []
    notices: list[Problem] = []
    assert isinstance(predictor.only, SoundPreparation)
    for name, content in files:
        try:
            raws.append(predictor.only.read(content, name, notices.append))
        except Error as error:
            bad += list(error.problems)
            continue
        names.append(name)
    if bad:
        problems.draw(bad[:MOST_LISTED], "bad")
    for notice in notices[:MOST_LISTED]:
        st.caption(f":material/info: {plain(notice.message, 300)}")
    if not raws:
        return
    found = predictor.predict(raws, names)
    if len(found) == 1:
        left, right = st.columns([1, 1.6], gap="medium")
        with left:
            listening.heard(predictor.only, raws[0], _("What the network hears"))
        with right:
            answers.cards(found[0])
        return
    listening.gallery(predictor.only, raws[:SHOWN], [answers.brief(one) for one in found[:SHOWN]])
    answers.table(found)

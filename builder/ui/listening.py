"""Sounds on the pages: recorded or uploaded to be judged, and samples to be heard and looked at."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from builder.core.errors import MOST_LISTED, Error, Problem
from builder.core.text import _
from builder.data.preparations.sound import SoundPreparation, spectrogram
from builder.data.sounds import EXTENSIONS, Wave
from builder.data.sources import SoundSource
from builder.prediction.predictor import Predictor
from builder.runs.store import Run
from builder.ui import answers, problems
from builder.ui.markup import plain

MOST_FILES = 200
SHOWN = 24
BESIDE = 4  # samples in a row
AUGMENTED = 8  # ways in which one sound is shown
TALL = 120  # pixels of a picture, at least
Picture = NDArray[np.uint8]


def record(predictor: Predictor, run: Run) -> None:
    """A word into the microphone."""
    recorded = st.audio_input(_("Say something"), key=f"record:{run.id}", width=520)
    if recorded is None:
        st.caption(_("The browser asks before it listens. The sound stays on this machine."))
        return
    _judge(predictor, [(_("recording"), recorded.getvalue())])


def upload(predictor: Predictor, run: Run) -> None:
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
            heard(predictor.only, raws[0], _("What the network hears"))
        with right:
            answers.cards(found[0])
        return
    gallery(predictor.only, raws[:SHOWN], [answers.brief(one) for one in found[:SHOWN]])
    answers.table(found)


def heard(preparation: SoundPreparation, wave: Wave, caption: str) -> None:
    """One sound as the network hears it: to be looked at, and to be played."""
    st.caption(plain(caption, 60))
    alt = _("Pitches over time: {caption}").format(caption=caption)
    st.image(enlarged(preparation.view(wave)), alt=alt, width="stretch")
    if wave.any():  # silence has no loudest moment to scale by
        st.audio(wave, sample_rate=preparation.rate)


def gallery(preparation: SoundPreparation, waves: Sequence[Wave], captions: Sequence[str]) -> None:
    """Sounds in rows, each with its caption."""
    for start in range(0, len(waves), BESIDE):
        shown = zip(st.columns(BESIDE), waves[start:], captions[start:], strict=False)
        for column, wave, caption in shown:
            with column:
                heard(preparation, wave, caption)


def samples(source: SoundSource, waves: Sequence[Wave], captions: Sequence[str]) -> None:
    """Samples of a data set."""
    gallery(plainly(source), waves, captions)


def plainly(source: SoundSource) -> SoundPreparation:
    """A preparation that has learned nothing yet, to look at sounds with."""
    return SoundPreparation(**source.preparation(), mean=(0.0,), std=(1.0,))


def augmented(source: SoundSource, waves: Sequence[Wave]) -> list[Picture]:
    """The first of a few sounds, and the same many times as augmentation would show it."""
    # imported here: torch is not needed to look at data without augmentation
    import torch

    from builder.data.augmentation.sounds import augmented as changed

    several = np.stack(waves)
    preparation = SoundPreparation.fit(several, each_band=source.normalise == "band", **source.preparation())
    one = torch.from_numpy(preparation.apply(several[:1]))
    many = changed(one.repeat(AUGMENTED, 1, 1, 1), source.augmentation, torch.Generator().manual_seed(source.seed))
    return [enlarged(spectrogram(picture[0].numpy())) for picture in (*one, *many)]


def enlarged(picture: Any) -> Picture:
    """A picture enlarged by whole pixels."""
    factor = max(1, -(-TALL // len(picture)))
    found: Picture = picture.repeat(factor, 0).repeat(factor, 1)
    return found

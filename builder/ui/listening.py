"""Sounds to be heard and looked at."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from builder.core.text import _
from builder.data.preparations.sound import SoundPreparation, spectrogram
from builder.data.sounds import Wave
from builder.data.sources import SoundSource
from builder.ui.markup import plain

BESIDE = 4  # samples in a row
AUGMENTED = 8  # ways in which one sound is shown
TALL = 120  # pixels of a picture, at least
Picture = NDArray[np.uint8]


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

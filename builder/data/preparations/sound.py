"""Sounds as a network's input."""

from collections.abc import Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error
from builder.core.text import _
from builder.data.preparations.kind import SMALLEST_STD, FieldKind, Notify, silent
from builder.data.sounds import Place, Wave, decode, sound_wave

Filter = tuple[int, tuple[float, ...]]  # the first frequency bin, and the weights from there on
# from quiet to loud, as red, green and blue
COLOURS = ((0, 0, 4), (60, 15, 110), (140, 41, 129), (222, 73, 104), (254, 159, 109), (252, 253, 191))


class SoundPreparation(FieldKind):
    """One channel, one rate, one length; then the logarithm of the power in mel bands at each moment, or the cosine
    transform of that (MFCC), with mean 0 and spread 1 as far as the training part tells.

    Shape: raws (N, samples) float32 -> (N, 1, bands, frames) float32
    """

    kind: Literal["sound"] = "sound"
    rate: int  # samples a second
    seconds: float
    place: Place
    window: int  # samples
    hop: int
    filters: tuple[Filter, ...]
    coefficients: int | None  # of MFCC
    mean: tuple[float, ...]  # of each band, or of all
    std: tuple[float, ...]

    def read(self, content: bytes, name: str, notify: Notify = silent) -> Wave:
        sound = decode(content, name)
        for notice in sound.notices:
            notify(notice)
        return sound_wave(sound.wave, sound.rate, self.rate, self.seconds, self.place)

    def read_text(self, text: str, notify: Notify = silent) -> Wave:
        raise Error("T-TEXT", _("This network hears sounds, it reads no text. Choose a sound file."))

    def apply(self, raws: Sequence[Wave] | NDArray[np.float32]) -> NDArray[np.float32]:
        found = self._features(np.asarray(raws, np.float32).reshape(-1, round(self.seconds * self.rate)))
        found -= np.asarray(self.mean, np.float32)[:, None]
        found /= np.asarray(self.std, np.float32)[:, None]
        return found[:, None]

    def view(self, raw: Wave) -> NDArray[np.uint8]:
        """The spectrogram as an image (H, W, 3), low below high."""
        return spectrogram(self.apply([raw])[0, 0])

    def _features(self, waves: Wave) -> NDArray[np.float32]:
        # torch takes seconds to import, and documents are read without it
        from builder.data.preparations.spectrogram import sound_features

        return sound_features(waves, self.window, self.hop, self.filters, self.coefficients)

    @classmethod
    def fit(cls, training: NDArray[np.float32], *, each_band: bool, **settings: Any) -> Self:
        """Learn means and spreads, of each band or of all together."""
        plain = cls(**settings, mean=(0.0,), std=(1.0,))
        sums, count = np.zeros((2, plain.coefficients or len(plain.filters))), 0
        for start in range(0, len(training), 256):
            found = plain._features(training[start : start + 256]).astype(np.float64)
            sums += found.sum(axis=(0, 2)), (found**2).sum(axis=(0, 2))
            count += len(found) * found.shape[2]
        if not each_band:
            count, sums = count * sums.shape[1], sums.sum(axis=1, keepdims=True)
        mean = sums[0] / count
        std = np.sqrt(np.maximum(sums[1] / count - mean**2, 0))
        std = np.where(std < SMALLEST_STD, 1.0, std)
        return cls(**settings, mean=tuple(mean.tolist()), std=tuple(std.tolist()))


def mel_filters(rate: int, window: int, bands: int) -> tuple[Filter, ...]:
    """Triangles that overlap by halves, evenly spaced on the mel scale from 0 to half the rate.

    Source: the HTK Book, version 3.4, section 5.4: mel = 2595 log10(1 + f / 700).
    """
    top = 2595 * np.log10(1 + rate / 2 / 700)
    edges = 700 * (10 ** (np.linspace(0, top, bands + 2) / 2595) - 1)
    bins = np.arange(window // 2 + 1) * (rate / window)
    found: list[Filter] = []
    for low, middle, high in zip(edges, edges[1:], edges[2:], strict=False):
        weights = np.minimum((bins - low) / (middle - low), (high - bins) / (high - middle)).clip(0)
        if not weights.any():  # narrower than what the window resolves
            weights[np.abs(bins - middle).argmin()] = 1.0
        first, last = np.flatnonzero(weights)[[0, -1]].tolist()
        found.append((first, tuple(weights[first : last + 1].tolist())))
    return tuple(found)


def spectrogram(features: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Bands (bands, frames) as an image (H, W, 3), low below high, from the quietest to the loudest."""
    low, high = float(features.min()), float(features.max())
    level = (features[::-1] - low) / max(high - low, 1e-6)
    steps = np.linspace(0, 1, len(COLOURS))
    return np.stack([np.interp(level, steps, channel) for channel in zip(*COLOURS, strict=True)], -1).astype(np.uint8)

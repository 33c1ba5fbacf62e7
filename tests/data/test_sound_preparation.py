"""Sounds as a network's input, and random changes of them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.fft import dct

from builder.core.errors import Error
from builder.data.augmentation.sounds import augmented
from builder.data.batches import Batches, prepare
from builder.data.fitting import fit, from_json, to_json
from builder.data.preparations.sound import SoundPreparation, mel_filters
from builder.data.sources.augmentations import SoundAugmentation
from builder.data.sources.spoken_digits import SpokenDigits
from tests.data.sounds import sound_file, tone


def settings(**changed: Any) -> dict[str, Any]:
    return SpokenDigits(rate=8000, seconds=0.5, **changed).preparation()


def plain(**changed: Any) -> SoundPreparation:
    return SoundPreparation(**settings(**changed), mean=(0.0,), std=(1.0,))


def test_bands_are_evenly_spaced_on_the_mel_scale() -> None:
    filters = mel_filters(16_000, 1024, 30)
    middles = np.array([(first + np.argmax(weights)) * 16_000 / 1024 for first, weights in filters])
    mel = 2595 * np.log10(1 + middles / 700)
    assert np.diff(mel) == pytest.approx(np.full(29, 2840 / 31), abs=30)  # to a bin
    total = np.zeros(513)
    for first, weights in filters:
        total[first : first + len(weights)] += weights
    inside = slice(filters[0][0] + int(np.argmax(filters[0][1])), filters[-1][0] + int(np.argmax(filters[-1][1])))
    assert total[inside] == pytest.approx(1)  # neighbours share what lies between them


@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_a_tone_is_loudest_in_its_band(hertz: float) -> None:
    found = plain(bands=20).apply([tone(hertz)])
    assert found.shape == (1, 1, 20, 51)
    assert found.dtype == np.float32
    filters = mel_filters(8000, 200, 20)
    weights = [w[at] if 0 <= (at := round(hertz / 40) - first) < len(w) else 0 for first, w in filters]
    assert found[0, 0, :, 25].argmax() == np.argmax(weights)


def test_the_numbers_are_those_of_the_definition() -> None:
    """Against the transform written out for one moment in the middle."""
    wave = np.random.default_rng(0).normal(0, 0.1, 4000).astype(np.float32)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(200) / 200)
    power = np.abs(np.fft.rfft(wave[25 * 80 - 100 : 25 * 80 + 100] * window)) ** 2
    logarithms = [np.log(max(1e-6, power[first : first + len(w)] @ w)) for first, w in mel_filters(8000, 200, 20)]
    assert plain(bands=20).apply([wave])[0, 0, :, 25] == pytest.approx(np.array(logarithms), abs=1e-4)
    mfcc = plain(bands=20, features="mfcc", coefficients=13).apply([wave])[0, 0, :, 25]
    assert mfcc == pytest.approx(dct(logarithms, norm="ortho")[:13], abs=1e-3)


@pytest.mark.parametrize("normalise", ["band", "all"])
@pytest.mark.parametrize("features", ["log_mel", "mfcc"])
def test_it_is_fitted_on_the_training_part_alone(normalise: Any, features: Any) -> None:
    source = SpokenDigits(rate=8000, seconds=0.5, limit=40, normalise=normalise, features=features)
    samples = source.load()
    preparation = fit(source, samples)
    changed = samples.only.copy()  # type: ignore[union-attr]
    for part in ("validation", "test"):
        changed[samples.parts[part]] = 0.9  # type: ignore[index]
    assert fit(source, replace(samples, inputs={"sound": changed})) == preparation
    assert from_json(to_json(preparation)) == preparation
    x = preparation.apply(samples.of("train")["sound"])["sound"]
    assert x.shape[1:] == samples.spec.inputs[0].spec.shape[1:]
    axes = (0, 1, 3) if normalise == "band" else None
    assert x.mean(axes) == pytest.approx(0, abs=1e-3)
    assert x.std(axes) == pytest.approx(1, abs=1e-3)


def test_silence_and_narrow_bands_give_numbers() -> None:
    found = plain(bands=256, window=2).apply(np.zeros((2, 4000), np.float32))
    assert np.isfinite(found).all()
    assert found.shape == (2, 1, 256, 51)


def test_a_file_is_read_as_the_network_hears_it() -> None:
    preparation = plain()
    assert preparation.read(sound_file(tone(440, 0.5, 44_100), rate=44_100), "a.wav").shape == (4000,)
    assert preparation.view(tone(440)).shape == (40, 51, 3)
    with pytest.raises(Error, match=r"\[T-TEXT\] This network hears sounds, it reads no text"):
        preparation.read_text("hello")


def changed_by(**values: Any) -> torch.Tensor:
    x = torch.arange(4 * 10 * 30, dtype=torch.float32).reshape(4, 1, 10, 30) + 1
    return augmented(x, SoundAugmentation(**values), torch.Generator().manual_seed(1))


def test_masks_hide_whole_stretches() -> None:
    x = torch.arange(4 * 10 * 30, dtype=torch.float32).reshape(4, 1, 10, 30) + 1
    for name, axis, most in (("time_mask", 3, 8), ("band_mask", 2, 4), ("time_mask", 3, 1000)):
        found = changed_by(**{name: most})
        hidden = (found == 0).all(dim=5 - axis)[:, 0]  # of each place along the axis: hidden everywhere else
        assert torch.equal(
            found == 0, (hidden[:, None, None, :] if axis == 3 else hidden[:, None, :, None]).expand(x.shape)
        )
        assert torch.equal(found[found != 0], x[found != 0])
        for row in hidden.int():
            assert 0 <= row.sum() <= min(most, x.shape[axis] - 1)
            assert (row.diff() != 0).sum() <= 2  # one stretch
    assert (changed_by(time_mask=8) == 0).any()


def test_shifts_move_every_band_alike_and_noise_has_its_spread() -> None:
    x = torch.arange(4 * 10 * 30, dtype=torch.float32).reshape(4, 1, 10, 30) + 1
    moved = changed_by(shift=5)
    by = (x[:, 0, 0, 15] - moved[:, 0, 0, 15]).int()
    assert (by.abs() <= 5).all()
    assert len({*by.tolist()}) > 1
    for sample, original, n in zip(moved, x, by.tolist(), strict=True):
        assert torch.equal(sample[..., max(n, 0) : 30 + min(n, 0)], original[..., max(-n, 0) : 30 - max(n, 0)])
    assert (changed_by(noise=0.5) - x).std() == pytest.approx(0.5, rel=0.1)


def test_only_training_batches_are_changed_and_repeatably() -> None:
    augmentation = {"shift": 3, "noise": 0.1, "time_mask": 5, "band_mask": 3}
    prepared = prepare(SpokenDigits(rate=8000, seconds=0.5, limit=20, augmentation=augmentation))
    batches = [Batches(prepared.parts["train"], 8, 0, prepared.augmenter((0,), (0,))) for _time in range(2)]
    first, again = ([x[0] for x, _y in one.epoch(3)] for one in batches)
    assert all(map(torch.equal, first, again))
    seen = torch.cat([x[0] for x, _y in batches[0].in_order()])
    assert torch.equal(seen, prepared.parts["train"].x[0])
    assert not torch.equal(torch.cat(first).sort(0)[0], seen.sort(0)[0])


def test_the_made_up_voices_are_the_same_everywhere() -> None:
    one, two = SpokenDigits(limit=20).load(), SpokenDigits(limit=20).load()
    assert one.fingerprint == two.fingerprint
    whole = SpokenDigits().load()
    assert np.bincount(whole.labels).tolist() == [60] * 10
    assert np.abs(whole.only).max() <= 1

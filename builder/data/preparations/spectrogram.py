"""Pictures of sounds. `sound_features` needs numpy and torch alone: exported projects carry its source."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray


def sound_features(
    waves: NDArray[np.float32],
    window: int,
    hop: int,
    filters: Sequence[tuple[int, Sequence[float]]],
    coefficients: int | None,
) -> NDArray[np.float32]:
    """The logarithm of the power in each band of a filter bank at each moment; or the first coefficients of its
    cosine transform, which tell the shape of that spectrum (MFCC).

    Shape: (N, samples) -> (N, bands or coefficients, 1 + samples // hop)
    Params: `window` and `hop` in samples; of each filter its first frequency bin, and its weights from there on.
    Source: Davis & Mermelstein 1980, doi:10.1109/TASSP.1980.1163420.
    """
    bank = torch.zeros(len(filters), window // 2 + 1)
    for row, (first, weights) in zip(bank, filters, strict=True):
        row[first : first + len(weights)] = torch.tensor(weights)
    if coefficients:  # the orthonormal cosine transform, type 2
        bands = len(filters)
        angles = math.pi / bands * (torch.arange(bands) + 0.5) * torch.arange(coefficients)[:, None]
        cosines = angles.cos() * math.sqrt(2 / bands)
        cosines[0] /= math.sqrt(2)
    found = []
    for start in range(0, len(waves), 256):  # the spectra of all sounds together would fill the memory
        x = torch.from_numpy(np.ascontiguousarray(waves[start : start + 256]))
        spectra = torch.stft(x, window, hop, window=torch.hann_window(window), pad_mode="constant", return_complex=True)
        logarithms = (bank @ spectra.abs().square()).clamp_min(1e-6).log()
        found.append((cosines @ logarithms if coefficients else logarithms).numpy())
    return np.concatenate(found)

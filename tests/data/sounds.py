"""Small sounds, made for a test."""

import io

import numpy as np
import soundfile
from numpy.typing import NDArray


def tone(hertz: float, seconds: float = 0.5, rate: int = 8000) -> NDArray[np.float32]:
    """A pure tone."""
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def sound_file(
    wave: NDArray[np.float32] | None = None, kind: str = "WAV", rate: int = 8000, subtype: str | None = None
) -> bytes:
    """A sound as a file."""
    file = io.BytesIO()
    soundfile.write(file, tone(440) if wave is None else wave, rate, format=kind, subtype=subtype)
    return file.getvalue()

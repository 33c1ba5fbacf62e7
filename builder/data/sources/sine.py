"""Sine waves laid over each other, with noise: what can be known of the next values is known exactly."""

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.data.sources.series import Series, SeriesSource

PERIODS = (24.0, 17.0, 61.0, 9.0, 131.0, 41.0)  # steps; no whole multiples of each other, so that nothing repeats soon
SIZES = (1.0, 0.5, 0.8, 0.3, 0.6, 0.4)


class Sine(SeriesSource):
    """A sum of sine waves of several frequencies and normal noise; `seed` draws phases and noise.

    The noise is what no network can foresee: the best root mean squared error is its spread.
    """

    title: ClassVar[str] = "Sine waves"
    about: ClassVar[str] = "Sine waves of several frequencies with noise: what comes next? Made at once, to learn with."
    generated: ClassVar[bool] = True

    source: Literal["sine"] = "sine"
    points: int = Field(
        3_000, ge=20, le=1_000_000, description="Length of the series.", json_schema_extra={"unit": "steps"}
    )
    waves: int = Field(2, ge=1, le=len(PERIODS), description="How many waves of different frequency are added.")
    noise: float = Field(0.05, ge=0, le=10, description="Spread of the noise; the largest wave has the height 1.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Seed of phases and noise.")

    def names(self) -> tuple[str, ...]:
        return ("value",)

    def series(self) -> Series:
        draws = np.random.default_rng(self.seed)
        phases = draws.uniform(0, 2 * np.pi, len(PERIODS))
        steps = np.arange(self.points)
        waves = (SIZES[n] * np.sin(2 * np.pi * steps / PERIODS[n] + phases[n]) for n in range(self.waves))
        values = sum(waves) + self.noise * draws.standard_normal(self.points)
        return Series(self.names(), values.astype(np.float32)[:, None], [str(step) for step in steps])

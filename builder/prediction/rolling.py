"""A forecast continued: what was forecast is taken for what came."""

import numpy as np
from numpy.typing import NDArray

from builder.data.preparations.series import SeriesPreparation
from builder.prediction.answers import Forecast
from builder.prediction.predictor import Predictor


def rolls(predictor: Predictor) -> bool:
    """Whether a network's forecasts can be fed to it again: it reads nothing but the series that it continues."""
    only = predictor.only
    return isinstance(only, SeriesPreparation) and len(only.columns) == 1


def rolled(predictor: Predictor, raw: NDArray[np.float32], times: int) -> list[float]:
    """So many forecasts, each from the window that ends with the one before. Shape: raw (length, 1)"""
    values: list[float] = []
    window = raw
    for _time in range(times):
        answers = predictor.predict([window])[0].answers
        found = next(answer for answer in answers if isinstance(answer, Forecast))
        values += found.values
        new = np.array(found.values, np.float32)[:, None]
        window = np.concatenate([window, new])[-len(raw) :]
    return values

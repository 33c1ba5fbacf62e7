"""One predictor for pages, command line and server: the run's own preparation, weights and classes."""

from builder.prediction.answers import Choice, Forecast, Located, Rating, Restored, Value, Words
from builder.prediction.drawing import from_drawing
from builder.prediction.predictor import Prediction, Predictor

__all__ = [
    "Choice",
    "Forecast",
    "Located",
    "Prediction",
    "Predictor",
    "Rating",
    "Restored",
    "Value",
    "Words",
    "from_drawing",
]

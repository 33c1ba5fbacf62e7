"""How good a trained network is: metrics per class, the confusion matrix, and the baseline to beat."""

from builder.evaluation.evaluate import evaluate
from builder.evaluation.metrics import ClassFigures, Evaluation

__all__ = ["ClassFigures", "Evaluation", "evaluate"]

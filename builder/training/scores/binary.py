"""How yes or no is judged."""

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score
from torch import Tensor

from builder.training.scores.score import Sums


class Binary:
    """Accuracy where a logit above 0 is a yes; F1 and the area under the ROC curve. Shape: (N, 1), (N, 1)"""

    metric = "accuracy"
    higher_is_better = True

    def of(self, output: Tensor, y: Tensor) -> float:
        return ((output.detach() > 0) == (y > 0.5)).sum().item() / len(y)

    def sums(self) -> Sums:
        return _Answers()


class _Answers:
    """All answers: the area under a curve is no sum over batches."""

    def __init__(self) -> None:
        self._outputs: list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]] = []
        self._true: list[np.ndarray[tuple[int, ...], np.dtype[np.bool_]]] = []

    def add(self, output: Tensor, y: Tensor) -> None:
        self._outputs.append(output.detach().float().cpu().numpy()[:, 0])
        self._true.append(y.cpu().numpy()[:, 0] > 0.5)

    def figures(self) -> dict[str, float]:
        outputs, true = np.concatenate(self._outputs), np.concatenate(self._true)
        said = outputs > 0
        found = {"accuracy": float((said == true).mean()), "f1": float(f1_score(true, said, zero_division=0.0))}
        # a part of one class has no curve, and a network that broke has no order
        whole = 0 < true.sum() < len(true) and np.isfinite(outputs).all()
        return found | ({"roc_auc": float(roc_auc_score(true, outputs))} if whole else {})

"""How categories are judged."""

from torch import Tensor

from builder.training.scores.score import Sums


class Category:
    """Accuracy. Shape: (N, classes), (N) or, of mixed samples, (N, classes)"""

    metric = "accuracy"
    higher_is_better = True

    def of(self, output: Tensor, y: Tensor) -> float:
        return correct(output, y) / len(y)

    def sums(self) -> Sums:
        return _Correct()


class _Correct:
    def __init__(self) -> None:
        self._correct = self._samples = 0

    def add(self, output: Tensor, y: Tensor) -> None:
        self._correct += correct(output, y)
        self._samples += len(y)

    def figures(self) -> dict[str, float]:
        return {"accuracy": self._correct / self._samples}


def correct(output: Tensor, y: Tensor) -> int:
    """How many answers are right; where samples are mixed, of the class with the largest share."""
    if y.dim() == 2:
        y = y.argmax(1)
    if output.device.type != "cpu":
        return int((output.argmax(1) == y).sum().item())
    # numpy's argmax is the cheapest: 3 us for a batch of 64
    return int((output.detach().numpy().argmax(1) == y.numpy()).sum())

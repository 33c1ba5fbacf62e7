"""How ratings are judged."""

from torch import Tensor

from builder.compiler.report import Answer
from builder.data.fitting import Preparation
from builder.graph.losses import PairwiseRanking
from builder.training.scores.forecast import Errors
from builder.training.scores.score import Score, Sums


def rating(answer: Answer, preparation: Preparation) -> Score:
    """Of a network that learns to rank, whether it does; of others, how far they are off."""
    if isinstance(answer.loss, PairwiseRanking):
        return Pairs()
    return Ratings(preparation.scale(answer.target.name).std[0])


class Ratings:
    """Root mean squared error in the ratings' own scale. Shape: (N, 1), (N, 1)"""

    metric = "rmse"
    higher_is_better = False

    def __init__(self, std: float) -> None:
        self._std = std

    def of(self, output: Tensor, y: Tensor) -> float:
        return float((output.detach() - y).square().mean().sqrt()) * self._std

    def sums(self) -> Sums:
        return Errors(self._std)


class Pairs:
    """How often a liked item stands above one that is not rated. Shape: (2N, 1), (N, 1) of 1 where liked, else 0

    Source: the area under the curve of Rendle et al. 2009, arXiv:1205.2618, section 6.2, by one pair a sample.
    """

    metric = "pair_accuracy"
    higher_is_better = True

    def of(self, output: Tensor, y: Tensor) -> float:
        sums = _Right()
        sums.add(output, y)
        return sums.figures()["pair_accuracy"]

    def sums(self) -> Sums:
        return _Right()


class _Right:
    def __init__(self) -> None:
        self._right = self._pairs = 0.0

    def add(self, output: Tensor, y: Tensor) -> None:
        apart = output.detach()[: len(y)] - output.detach()[len(y) :]
        self._right += float((y * (apart > 0)).sum())
        self._pairs += float(y.sum())

    def figures(self) -> dict[str, float]:
        return {"pair_accuracy": self._right / max(1.0, self._pairs)}

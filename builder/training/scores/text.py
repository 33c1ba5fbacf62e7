"""How texts are judged while training: token by token, with what stands before each as it should be."""

import math

from torch import Tensor
from torch.nn import functional as F

from builder.compiler.report import Answer
from builder.data.fitting import Preparation
from builder.training.scores.score import Score, Sums


class Tokens:
    """The share of tokens that are right, padding left out. Shape: (N, U, tokens), (N, U)"""

    metric = "token_accuracy"
    higher_is_better = True

    def of(self, output: Tensor, y: Tensor) -> float:
        right, tokens = _right(output, y)
        return right / tokens

    def sums(self) -> Sums:
        return _Tokens()


class _Tokens:
    def __init__(self) -> None:
        self._right = self._tokens = 0
        self._surprise = 0.0

    def add(self, output: Tensor, y: Tensor) -> None:
        right, tokens = _right(output, y)
        self._right += right
        self._tokens += tokens
        self._surprise += F.cross_entropy(output.flatten(0, 1), y.flatten(), ignore_index=0, reduction="sum").item()

    def figures(self) -> dict[str, float]:
        # a network that knows nothing may be surprised beyond all numbers
        return {
            "token_accuracy": self._right / self._tokens,
            "perplexity": math.exp(min(self._surprise / self._tokens, 700.0)),
        }


def _right(output: Tensor, y: Tensor) -> tuple[int, int]:
    """How many tokens are right, and how many there are: every text has at least its end."""
    real = y != 0
    hits = (output.detach().argmax(2) == y) & real
    return int(hits.sum().item()), int(real.sum().item())


# by the loss of an Output
SCORES = {"cross_entropy": Tokens}


def text(answer: Answer, _preparation: Preparation) -> Score:
    """How an Output that answers with texts is judged."""
    return SCORES[answer.loss.type]()

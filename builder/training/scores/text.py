"""How texts are judged while training: token by token, with what stands before each as it should be; or, where steps
are no tokens, by what is read of them."""

import math

from torch import Tensor
from torch.nn import functional as F

from builder.compiler.report import Answer
from builder.data.fitting import Preparation
from builder.data.preparations.answer_text import TextAnswer
from builder.training.alignment import best_path, likeliest
from builder.training.decoding import BEAMS
from builder.training.reading import compared
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


class Characters:
    """The share of characters that are wrong. Shape: (N, T, tokens), (N, U)"""

    metric = "cer"
    higher_is_better = False

    def __init__(self, words: TextAnswer) -> None:
        self.words = words

    def of(self, output: Tensor, y: Tensor) -> float:
        return compared(self.words.texts(best_path(output)), _right_texts(self.words, y))["cer"]

    def sums(self) -> Sums:
        return _Characters(self.words)


class _Characters:
    def __init__(self, words: TextAnswer) -> None:
        self._words = words
        self._given: list[str] = []
        self._right: list[str] = []

    def add(self, output: Tensor, y: Tensor) -> None:
        # searched as finished runs are, so that both tell the same
        self._given += self._words.texts(found[0][0] for found in likeliest(output, BEAMS))
        self._right += _right_texts(self._words, y)

    def figures(self) -> dict[str, float]:
        found = compared(self._given, self._right)
        return {"cer": found["cer"], "wer": found["wer"]}


def _right_texts(words: TextAnswer, y: Tensor) -> list[str]:
    """What is right; a token that is unknown is shown by a sign which no answer holds."""
    return [text.replace("\ufffd", "\0") for text in words.texts(y.tolist())]


def text(answer: Answer, preparation: Preparation) -> Score:
    """How an Output that answers with texts is judged: by its loss."""
    return Characters(preparation.texts(answer.target.name)) if answer.loss.type == "ctc" else Tokens()

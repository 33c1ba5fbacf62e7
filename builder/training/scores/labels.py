"""How sets of labels are judged."""

from torch import Tensor

from builder.training.scores.score import Sums


class Labels:
    """F1 over all labels of all samples (micro), its mean over labels (macro), and the share of sets without a mistake.

    A logit above 0 says that a label is there. Shape: (N, classes), (N, classes)
    """

    metric = "f1_micro"
    higher_is_better = True

    def of(self, output: Tensor, y: Tensor) -> float:
        return micro(*_counts(output, y))

    def sums(self) -> Sums:
        return _Counts()


class _Counts:
    def __init__(self) -> None:
        self._counts: tuple[Tensor, Tensor, Tensor] | None = None
        self._exact = self._samples = 0

    def add(self, output: Tensor, y: Tensor) -> None:
        found = _counts(output, y)
        self._counts = found if self._counts is None else _sums(self._counts, found)
        self._exact += int(((output > 0) == (y > 0.5)).all(1).sum().item())
        self._samples += len(y)

    def figures(self) -> dict[str, float]:
        assert self._counts is not None
        hits, said, true = self._counts
        each = 2 * hits / (said + true).clamp_min(1)
        exact = self._exact / self._samples
        return {"f1_micro": micro(*self._counts), "f1_macro": each.mean().item(), "exact_match": exact}


def _counts(output: Tensor, y: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of each label: how often it was said rightly, how often it was said, how often it is there."""
    said, true = output.detach() > 0, y > 0.5
    return (said & true).sum(0).double(), said.sum(0).double(), true.sum(0).double()


def _sums(one: tuple[Tensor, Tensor, Tensor], other: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def micro(hits: Tensor, said: Tensor, true: Tensor) -> float:
    """F1 of all labels together; 0 where none is there and none was said."""
    return (2 * hits.sum() / (said + true).sum().clamp_min(1)).item()

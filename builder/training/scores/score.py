"""What the scores of all kinds of target have in common."""

from typing import Protocol

from torch import Tensor


class Sums(Protocol):
    """Figures over many batches."""

    def add(self, output: Tensor, y: Tensor) -> None:
        """Take a batch in."""

    def figures(self) -> dict[str, float]:
        """All figures by name."""


class Score(Protocol):
    """How an Output is judged; `metric` names the figure by which it is told good from bad, where there is one."""

    @property
    def metric(self) -> str | None: ...

    @property
    def higher_is_better(self) -> bool: ...

    def of(self, output: Tensor, y: Tensor) -> float:
        """The metric of one batch."""

    def sums(self) -> Sums:
        """A fresh sum."""

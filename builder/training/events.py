"""What a training says while it runs: plain floats, never tensors.

Figures are called `loss`, `accuracy`, `mae`, `r2`; where a network has several Outputs, `loss` is the sum, and each
Output has its own under `loss/<id>`, `accuracy/<id>` and so on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from builder.data.fields import Part

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Step:
    """One batch was learned. `step` counts from 1 over the whole training, `epoch` from 1."""

    step: int
    epoch: int
    loss: float
    figures: Figures
    samples: int


@dataclass(frozen=True, slots=True)
class Evaluating:
    """A batch of a part was looked at without learning; so many of its `total` samples are done."""

    part: Part
    samples: int
    total: int


@dataclass(frozen=True, slots=True)
class EpochEnd:
    """The training part was seen once more. The training figures are means over the epoch, while it learned.

    There are no validation figures when that part is empty.
    """

    epoch: int
    step: int
    train: Figures
    val: Figures
    samples_per_second: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The test part, seen once, by the weights of the best epoch: the one with the best validation figure `metric`.

    `value` is that figure, None without a validation part; there are no test figures when that part is empty.
    `familiar` are, of each Output that reconstructs, the percentiles of its errors on the training part.
    """

    test: Figures
    metric: str
    value: float | None
    best_epoch: int
    familiar: Mapping[str, Sequence[float]]


Event = Step | Evaluating | EpochEnd | Finished


def prefixed(figures: Figures, part: str) -> dict[str, float]:
    """Figures under the names by which they are recorded: `val_loss`, `test_accuracy`, `val_mae/price`."""
    return {f"{part}_{name}": value for name, value in figures.items()}

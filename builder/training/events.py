"""What a training says while it runs: plain floats, never tensors."""

from dataclasses import dataclass

from builder.data.fields import Part


@dataclass(frozen=True, slots=True)
class Step:
    """One batch was learned. `step` counts from 1 over the whole training, `epoch` from 1."""

    step: int
    epoch: int
    loss: float
    accuracy: float
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

    The validation figures are None when that part is empty.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    samples_per_second: float


@dataclass(frozen=True, slots=True)
class Finished:
    """The test part, seen once, by the weights of the epoch with the best `val_accuracy`; None for an empty part."""

    test_loss: float | None
    test_accuracy: float | None
    val_accuracy: float | None
    best_epoch: int


Event = Step | Evaluating | EpochEnd | Finished

"""What a training makes small, and what it tells of itself: the loss and the figures of each Output, and their sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from builder.compiler.report import Answer, Entry
from builder.core.errors import Error
from builder.core.text import _
from builder.data.augmentation import Batch
from builder.data.batches import Tensors
from builder.data.fields import DataSpec
from builder.data.fitting import Preparation
from builder.data.sources.ratings import ITEM, USER
from builder.graph.losses import PairwiseRanking
from builder.training.decoding import begun
from builder.training.losses import LossFunction, loss_function
from builder.training.pairs import Pairing, Unrated, liked_from
from builder.training.scores import Score, score


@dataclass(frozen=True)
class _Judged:
    """One Output: its loss, weight and figures, and what follows their names where there are several: `/out`."""

    loss: LossFunction
    weight: float
    score: Score
    suffix: str


class Objective:
    """Holds what a network answers against the targets.

    Params: `inputs` and `outputs`, what the network's forward takes and returns. `fields` and `targets` are the places,
    in the data, of what is needed: batches bring no more than that. `training` is the training part: a
    loss that compares items must know who rated what.
    """

    def __init__(
        self,
        inputs: Sequence[Entry],
        outputs: Sequence[Answer],
        spec: DataSpec,
        preparation: Preparation,
        training: Tensors | None = None,
    ) -> None:
        names = [field.name for field in spec.inputs]
        targets = [answer.target.name for answer in outputs]
        self.fields = tuple(dict.fromkeys(names.index(entry.field) for entry in inputs if not entry.forced))
        self.targets = tuple([target.name for target in spec.targets].index(name) for name in targets)
        # of each argument, whether it is a target, and its place among what a batch brings
        self._order = tuple(
            (True, targets.index(entry.field)) if entry.forced else (False, self.fields.index(names.index(entry.field)))
            for entry in inputs
        )
        self._plain = self._order == tuple((False, place) for place in range(len(self.fields)))
        self._several = len(outputs) > 1
        self._judged = tuple(
            _Judged(
                loss_function(a.loss, preparation.counts(a.target.name), a.target.kind),
                a.weight,
                score(a, preparation),
                f"/{a.id}" if self._several else "",
            )
            for a in outputs
        )
        ranked = {
            at: liked_from(a.target, preparation) for at, a in enumerate(outputs) if isinstance(a.loss, PairwiseRanking)
        }
        self._ranked = frozenset(ranked)
        self._pairing = self._pairs(spec, ranked, training) if ranked and training else None
        first = self._judged[0]
        self.metric = first.score.metric + first.suffix  # by which the best epoch is chosen
        self.higher_is_better = first.score.higher_is_better

    def _pairs(self, spec: DataSpec, liked: Mapping[int, float], training: Tensors) -> Pairing:
        """What makes pairs of items. Raises: Error G-LOSS when the network does not look at users and items."""
        names = [field.name for field in spec.inputs]
        user, item = names.index(USER), names.index(ITEM)
        if user not in self.fields or item not in self.fields:
            text = _("The loss bpr compares items for a user, so the network must read the fields user and item.")
            raise Error("G-LOSS", text)
        unrated = Unrated(training.x[user][:, 0], training.x[item][:, 0], spec.inputs[item].spec.categories or 1)
        return Pairing(self.fields.index(user), self.fields.index(item), liked, unrated)

    def meet(self, x: tuple[Tensor, ...], y: tuple[Tensor, ...], *, learning: bool = False) -> Batch:
        """What the network's forward takes of a batch, and what its outputs are held against.

        A field may enter at several places, and a text that is to be answered with its beginning instead of its end.
        Where items are compared, twice as many samples enter; while `learning` each time with other items.
        """
        if self._pairing is not None:
            x, y = self._pairing.meet(x, y, learning=learning)
        if self._plain:
            return x, y
        return tuple([begun(y[place]) if forced else x[place] for forced, place in self._order]), y

    def losses(self, output: Any, y: tuple[Tensor, ...]) -> tuple[Tensor, list[Tensor]]:
        """The sum of weight times loss, and the loss of each Output. One with the weight 0 brings no gradient."""
        parts = [j.loss(out, answer) for j, out, answer in zip(self._judged, self._outputs(output, y), y, strict=True)]
        weighed = [
            part * j.weight if j.weight != 1 else part for j, part in zip(self._judged, parts, strict=True) if j.weight
        ]
        return sum(weighed[1:], start=weighed[0]), parts

    def figures(self, output: Any, y: tuple[Tensor, ...], parts: Sequence[Tensor]) -> dict[str, float]:
        """What one batch tells: the metric of each Output, and of several also its loss."""
        outputs = self._outputs(output, y)
        found = {
            j.score.metric + j.suffix: j.score.of(out, answer)
            for j, out, answer in zip(self._judged, outputs, y, strict=True)
        }
        return found | self._named(torch.stack([part.detach() for part in parts]).tolist()) if self._several else found

    def tally(self) -> "Tally":
        """Figures over many batches."""
        return Tally(self)

    def _outputs(self, output: Any, y: tuple[Tensor, ...]) -> Sequence[Tensor]:
        outputs: Sequence[Tensor] = output if self._several else (output,)
        if self._pairing is None:
            return outputs
        # the second half tells of the other items, which have no answers but for those who compare
        return [out if at in self._ranked else out[: len(y[at])] for at, out in enumerate(outputs)]

    def _named(self, losses: Sequence[float]) -> dict[str, float]:
        return {f"loss{j.suffix}": loss for j, loss in zip(self._judged, losses, strict=True)}


class Tally:
    """The figures of a part, gathered a batch at a time."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._sums = [judged.score.sums() for judged in objective._judged]
        self._losses = [0.0] * (1 + len(self._sums))
        self.samples = 0

    def add(self, output: Any, y: tuple[Tensor, ...]) -> None:
        """Take a batch in."""
        size = len(y[0])
        total, parts = self._objective.losses(output, y)
        for at, value in enumerate([total.item(), *(part.item() for part in parts)]):
            self._losses[at] += value * size
        for sums, out, answer in zip(self._sums, self._objective._outputs(output, y), y, strict=True):
            sums.add(out, answer)
        self.samples += size

    def figures(self) -> dict[str, float]:
        """Loss and figures; nothing of an empty part."""
        if not self.samples:
            return {}
        total, *parts = (loss / self.samples for loss in self._losses)
        found = {"loss": total}
        if self._objective._several:
            found |= self._objective._named(parts)
        for judged, sums in zip(self._objective._judged, self._sums, strict=True):
            found |= {name + judged.suffix: value for name, value in sums.figures().items()}
        return found

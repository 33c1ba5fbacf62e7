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
from builder.graph.losses import Nothing, PairwiseRanking
from builder.training.decoding import begun
from builder.training.losses import LossFunction, loss_function
from builder.training.pairs import Pairing, Unrated, liked_from
from builder.training.scores import Score, score
from builder.training.scores.input import Reconstruction


@dataclass(frozen=True)
class _Judged:
    """One Output: its loss, weight and figures, and what follows their names where there are several: `/out`."""

    id: str
    loss: LossFunction
    weight: float
    score: Score
    suffix: str
    asked: bool  # whether its loss asks anything


class Objective:
    """Holds what a network answers against the targets.

    Params: `inputs` and `outputs`, what the network's forward takes and returns. `fields` and `targets` are the places,
    in the data, of what is needed: batches bring no more than that. `training` is the training part:
    a loss that compares items must know who rated what.
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
        held = [_held(answer, spec) for answer in outputs]
        needed = [names.index(entry.field) for entry in inputs if not entry.forced]
        self.fields = tuple(dict.fromkeys([*needed, *(place for is_field, place in held if is_field)]))
        self.targets = tuple(place for is_field, place in held if not is_field)
        targets = [spec.targets[place].name for place in self.targets]
        # of each argument, whether it is a target, and its place among what a batch brings
        self._order = tuple(
            (True, targets.index(entry.field)) if entry.forced else (False, self.fields.index(names.index(entry.field)))
            for entry in inputs
        )
        # of each Output, whether it is held against a field, and the place of that or of its target
        nth = iter(range(len(self.targets)))
        self._held = tuple(
            (True, self.fields.index(place)) if is_field else (False, next(nth)) for is_field, place in held
        )
        order = tuple((False, place) for place in range(len(self.fields)))
        self._plain = self._order == order and len(self.targets) == len(outputs)
        self._several = len(outputs) > 1
        self._judged = tuple(
            _Judged(
                a.id,
                loss_function(a.loss, preparation.counts(a.target.name), a.target.kind),
                a.weight,
                score(a, preparation),
                f"/{a.id}" if self._several else "",
                not isinstance(a.loss, Nothing),
            )
            for a in outputs
        )
        ranked = [at for at, answer in enumerate(outputs) if isinstance(answer.loss, PairwiseRanking)]
        self._ranked = frozenset(ranked)
        liked = {self._held[at][1]: liked_from(outputs[at].target, preparation) for at in ranked}
        self._pairing = self._pairs(spec, liked, training) if liked and training else None
        first = next((judged for judged in self._judged if judged.score.metric), None)
        self.metric = f"{first.score.metric}{first.suffix}" if first else "loss"  # by which the best epoch is chosen
        self.higher_is_better = first is not None and first.score.higher_is_better

    def _pairs(self, spec: DataSpec, liked: Mapping[int, float], training: Tensors) -> Pairing:
        """What makes pairs of items. Raises: Error G-LOSS when the network does not look at users and items."""
        names = [field.name for field in spec.inputs]
        user, item = names.index(USER), names.index(ITEM)
        if user not in self.fields or item not in self.fields:
            text = _("The loss bpr compares items for a user, so the network must read the fields user and item.")
            raise Error("G-LOSS", text)
        users, items = training.x[user], training.x[item]
        assert isinstance(users, Tensor)
        assert isinstance(items, Tensor)
        unrated = Unrated(users[:, 0], items[:, 0], spec.inputs[item].spec.categories or 1)
        return Pairing(self.fields.index(user), self.fields.index(item), liked, unrated)

    def meet(self, x: tuple[Tensor, ...], y: tuple[Tensor, ...], *, learning: bool = False) -> Batch:
        """What the network's forward takes of a batch, and what its outputs are held against.

        A field may enter at several places, and be what an Output is held against; a text that is to be answered enters
        with its beginning instead of its end. Where items are compared, twice as many samples enter; while `learning`
        each time with other items.
        """
        if self._pairing is not None:
            x, y = self._pairing.meet(x, y, learning=learning)
        if self._plain:
            return x, y
        right = tuple([x[place] if is_field else y[place] for is_field, place in self._held])
        return tuple([begun(y[place]) if forced else x[place] for forced, place in self._order]), right

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
            f"{j.score.metric}{j.suffix}": j.score.of(out, answer)
            for j, out, answer in zip(self._judged, outputs, y, strict=True)
            if j.score.metric
        }
        return found | self._named(torch.stack([part.detach() for part in parts]).tolist()) if self._several else found

    @property
    def reconstructs(self) -> bool:
        """Whether an Output reconstructs a field."""
        return any(isinstance(judged.score, Reconstruction) for judged in self._judged)

    def errors(self, output: Any, y: tuple[Tensor, ...]) -> dict[str, Tensor]:
        """The error of each sample of a batch, of the Outputs that reconstruct a field. Shape: each (N,)"""
        judged = zip(self._judged, self._outputs(output, y), y, strict=True)
        return {j.id: j.score.each(out, right) for j, out, right in judged if isinstance(j.score, Reconstruction)}

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
        return {f"loss{j.suffix}": loss for j, loss in zip(self._judged, losses, strict=True) if j.asked}


def _held(answer: Answer, spec: DataSpec) -> tuple[bool, int]:
    """Where in the data stands what an Output is held against: whether it is a field, and its place.

    What is latent is held against nothing; where there are labels it gets them, to be compared with.
    """
    if answer.target.kind == "input":
        return True, [field.name for field in spec.inputs].index(answer.target.name)
    target = spec.category if answer.target.kind == "latent" else answer.target
    return (False, [known.name for known in spec.targets].index(target.name)) if target else (True, 0)


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

"""How many bytes a training step takes at its worst moment.

What autograd keeps was seen layer by layer (`trace`); here a step is gone through as torch does it. On the way forward
every output stays until its block is done, because `forward` has a name for each; on the way back what is kept goes
layer by layer, while gradients of outputs come and go and those of weights gather; then the optimizer works.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from builder.compiler.report import Place, Step
from builder.core.specs import Spec
from builder.graph.recipe import SGD, Adagrad, Optimizer, RMSprop
from builder.layers.ends import Input, Output

FLOAT = 4  # bytes


@dataclass(frozen=True)
class Moment:
    """Bytes that are taken at one moment: those that are there for any batch, and those of each sample."""

    fixed: int
    sample: int

    def at(self, batch: int) -> int:
        """Bytes with so many samples in a batch."""
        return self.fixed + batch * self.sample


def states(optimizer: Optimizer) -> int:
    """Numbers that an optimizer keeps for each weight."""
    match optimizer:
        case SGD():
            return int(optimizer.momentum > 0)
        case RMSprop():
            return 1 + int(optimizer.momentum > 0)
        case Adagrad():
            return 1
    return 2


def weights(network: Mapping[Place, Step], optimizer: Optimizer) -> int:
    """Bytes that do not depend on the batch: weights, their gradients, what the optimizer keeps of them."""
    params = sum(step.params for step in network.values())
    trainable = sum(step.trainable for step in network.values())
    return FLOAT * (params + trainable * (1 + states(optimizer)))


def moments(network: Mapping[Place, Step], optimizer: Optimizer) -> list[Moment]:
    """The moments of a training step of which one is the worst."""
    owner = _owners(network)
    learned = _learned(network)
    still = weights(network, optimizer)
    gradients = FLOAT * sum(step.trainable for step in network.values())
    lasting = _lasting(network, owner, learned)
    largest = FLOAT * max((step.trainable for step in network.values()), default=0)
    work = largest if isinstance(optimizer, RMSprop) else 0  # the others work in place
    ahead = _ahead(network, owner, learned, set(lasting))
    found = [Moment(still - gradients, ahead), Moment(still + work, _entering(network))]
    return found + _back(network, owner, learned, lasting, still - gradients)


def _entering(network: Mapping[Place, Step]) -> int:
    return sum(step.spec.bytes for step in network.values() if isinstance(step.layer, Input))


def _owners(network: Mapping[Place, Step]) -> dict[Place, Place]:
    """Of which layer's output the numbers of each layer's output are: a view has none of its own."""
    owner: dict[Place, Place] = {}
    turned = _turned(network)
    for place, step in network.items():
        view = 0 if isinstance(step.layer, Output) else None if place in turned else step.kept.view
        owner[place] = place if view is None or not step.sources else owner[step.sources[view]]
    return owner


def _turned(network: Mapping[Place, Step]) -> set[Place]:
    """Layers that lay an image out anew: where channels stand last, what would be a view has to copy."""
    if not any(step.kept.turns for step in network.values()):
        return set()
    views = ((place, step) for place, step in network.items() if step.kept.view is not None)
    return {place for place, step in views if _is_image(network[step.sources[0]].spec) and not _is_image(step.spec)}


def _is_image(spec: Spec) -> bool:
    return len(spec.shape) == 4 and spec.shape[2] * spec.shape[3] > 1


def _learned(network: Mapping[Place, Step]) -> dict[Place, bool]:
    """Whether a gradient reaches a layer: something in it or before it is trained."""
    learned: dict[Place, bool] = {}
    for place, step in network.items():
        learned[place] = step.trainable > 0 or any(learned[source] for source in step.sources)
    return learned


def _lasting(
    network: Mapping[Place, Step], owner: dict[Place, Place], learned: dict[Place, bool]
) -> dict[Place, Place]:
    """The outputs that are kept for the way back, each with the layer whose way back is the last to need it."""
    kept: dict[Place, Place] = {}
    for place, step in network.items():
        if learned[place]:
            used = [owner[step.sources[i]] for i in step.kept.inputs] + [owner[place]] * step.kept.output
            for one in used:
                kept.setdefault(one, place)
    return kept


def _ahead(
    network: Mapping[Place, Step], owner: dict[Place, Place], learned: dict[Place, bool], lasting: set[Place]
) -> int:
    """Bytes of each sample at the worst moment of the way forward.

    What is not kept goes when the block is done within which alone it is used.
    """
    scopes = {place: place[:-1] for place in network}
    for place, step in network.items():
        for source in step.sources:
            one = owner[source]
            scopes[one] = _common(scopes[one], place[:-1])
    now = most = 0
    named: dict[Place, int] = {}
    for place, step in network.items():
        for scope in [scope for scope in named if place[: len(scope)] != scope]:
            now -= named.pop(scope)
        if owner[place] == place:
            now += step.spec.bytes
            if place not in lasting:
                named[scopes[place]] = named.get(scopes[place], 0) + step.spec.bytes
        now += step.kept.bytes if learned[place] else 0
        most = max(most, now)
    return most


def _common(a: Place, b: Place) -> Place:
    """The blocks in which two layers stand together."""
    most = min(len(a), len(b))
    return a[: next((i for i in range(most) if a[i] != b[i]), most)]


def _back(
    network: Mapping[Place, Step],
    owner: dict[Place, Place],
    learned: dict[Place, bool],
    kept: dict[Place, Place],
    fixed: int,
) -> list[Moment]:
    """The moments of the way back: one while the gradients of each layer are computed."""
    sizes = {place: network[place].spec.bytes for place in set(owner.values())}
    alive = {place for place, step in network.items() if isinstance(step.layer, Input)}
    alive |= {owner[place] for place, step in network.items() if isinstance(step.layer, Output)}
    held = sum(sizes[place] for place in alive | set(kept))
    held += sum(step.kept.bytes for place, step in network.items() if learned[place])
    gone: dict[Place, list[Place]] = {}
    for one, place in kept.items():
        if one not in alive:
            gone.setdefault(place, []).append(one)
    gradients: dict[Place, int] = {}
    found: list[Moment] = []
    before = {network[place].sources[0] for place in _turned(network)}
    for place, step in reversed(list(network.items())):
        if not learned[place] or isinstance(step.layer, Output):
            continue
        gradients.setdefault(owner[place], sizes[owner[place]])
        for source in step.sources:
            if learned[source]:
                gradients.setdefault(owner[source], sizes[owner[source]])
        fixed += FLOAT * step.trainable
        # a pooling whose gradient comes in another order copies all that it works on
        copies = [step.kept.bytes, step.spec.bytes, *(sizes[owner[source]] for source in step.sources)]
        room = sum(copies) if place in before and type(step.layer).family == "Pooling" else 0
        found.append(Moment(fixed, held + sum(gradients.values()) + room))
        held -= step.kept.bytes + sum(sizes[one] for one in gone.get(place, ()))
        if owner[place] == place:
            del gradients[place]
    return found

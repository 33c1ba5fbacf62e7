"""Receptive fields: how large a part of the image one number of a layer depends on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from builder.compiler.report import Place, Report, Step
from builder.layers.ends import Input

# families that work pixel by pixel, unless a layer tells of a window
ALONE = ("Dense", "Normalisation", "Activation", "Regularisation", "Join")


@dataclass(frozen=True)
class Sight:
    """Height and width of what a number sees, and how many pixels of the image lie between two such numbers."""

    size: tuple[float, ...]
    step: tuple[float, ...]

    @property
    def pixels(self) -> tuple[int, ...]:
        """The height and width in whole pixels."""
        return tuple(math.ceil(n - 1e-6) for n in self.size)


def tell(report: Report, seen: Mapping[Place, Sight]) -> None:
    """Write into a report what each of its nodes sees; a block sees what its last layer sees."""
    for place, sight in seen.items():
        nodes = report.nodes
        for part in place:
            if isinstance(part, int):
                continue
            found = nodes[part]
            found.sees = sight.pixels
            nodes = found.inside


def sights(network: Mapping[Place, Step]) -> dict[Place, Sight]:
    """What each layer sees whose output is still an image.

    Source: Araujo et al. 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill.
    """
    found: dict[Place, Sight] = {}
    for place, step in network.items():
        if isinstance(step.layer, Input):
            if len(step.spec.shape) == 4:
                found[place] = Sight((1.0, 1.0), (1.0, 1.0))
            continue
        before = [found[source] for source in step.sources if source in found]
        if before and len(step.spec.shape) == 4 and (sight := _next(step, network, before)):
            found[place] = sight
    return found


def _next(step: Step, network: Mapping[Place, Step], before: list[Sight]) -> Sight | None:
    """What a layer sees whose inputs see that much: of several, the most."""
    size = tuple(map(max, zip(*(sight.size for sight in before), strict=True)))
    pace = tuple(map(max, zip(*(sight.step for sight in before), strict=True)))
    spec = network[step.sources[0]].spec
    windows = step.layer.reach(spec) if len(spec.shape) == 4 else None
    if windows is None:
        alone = type(step.layer).family in ALONE and step.spec.shape[2:] == spec.shape[2:]
        return Sight(size, pace) if alone else None
    grown = tuple(s + (w.size - 1) * p for s, w, p in zip(size, windows, pace, strict=True))
    return Sight(grown, tuple(p * w.step for p, w in zip(pace, windows, strict=True)))

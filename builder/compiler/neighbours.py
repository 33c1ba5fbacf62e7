"""A network as it is built, with the questions that hints ask of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from builder.compiler.report import Place, Report, Step
from builder.compiler.sight import Sight
from builder.core.text import quote
from builder.graph.document import Edge, Graph
from builder.layers import Layer


@dataclass(frozen=True)
class Network:
    """A network with the questions that rules ask of it."""

    report: Report
    graph: Graph
    seen: Mapping[Place, Sight]  # receptive fields

    @property
    def steps(self) -> dict[Place, Step]:
        return self.report.network

    @cached_property
    def below(self) -> dict[Place, list[Place]]:
        """What each layer feeds."""
        found: dict[Place, list[Place]] = {place: [] for place in self.steps}
        for place, step in self.steps.items():
            for source in step.sources:
                found[source].append(place)
        return found

    def only(self, place: Place) -> Place | None:
        """The layer that alone is fed by this one, where there is such a layer and it has no other input."""
        fed = self.below[place]
        return fed[0] if len(fed) == 1 and len(self.steps[fed[0]].sources) == 1 else None

    def above(self, place: Place) -> Place | None:
        """The only layer that feeds this one."""
        sources = self.steps[place].sources
        return sources[0] if len(sources) == 1 else None

    def layer(self, place: Place) -> Layer:
        return self.steps[place].layer

    def is_a(self, place: Place | None, *names: str) -> bool:
        """Whether a layer is one of these."""
        return place is not None and name(self.layer(place)) in names

    def family(self, place: Place) -> str:
        return type(self.layer(place)).family

    def wire(self, place: Place) -> dict[str, Any] | None:
        """The one wire that leads out of a layer, as an edit needs it."""
        graph: Graph | None = self.graph
        *blocks, id = path(place)
        for block in blocks:
            node = graph.node(block) if graph else None
            graph = node.graph if node else None
        wires: tuple[Edge, ...] = graph.out_of(id) if graph else ()
        return wires[0].model_dump() if len(wires) == 1 else None


def path(place: Place) -> tuple[str, ...]:
    """The blocks in which a layer stands, and its id."""
    return tuple(part for part in place if isinstance(part, str))


def name(layer: Layer) -> str:
    """Its type."""
    return type(layer).__name__


def said(network: Network, place: Place) -> str:
    """A layer as sentences name it."""
    return f"{name(network.layer(place))} {quote(path(place)[-1], 30)}"

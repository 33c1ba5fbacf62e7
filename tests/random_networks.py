"""Random networks without an error: the whole catalogue with random settings, in chains, skips and blocks."""

import random
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from builder.compiler.check import check
from builder.compiler.report import Step
from builder.compiler.scope import Scope, plan
from builder.compiler.trace import Traced, trace
from builder.core.settings import Parameter, parameters
from builder.core.specs import Spec
from builder.data.sources import parse_source
from builder.graph.blocks import free_id
from builder.graph.document import Document, Edge, Graph, Node
from builder.layers import LAYERS, Layer, Many
from builder.layers.ends import Input

DATA: tuple[dict[str, Any], ...] = (
    {"source": "digits"},
    {"source": "digits"},
    {"source": "reviews", "max_length": 8, "vocabulary_size": 50},
    {"source": "xor"},
)
TYPES = [name for name, cls in LAYERS.items() if cls.inputs and name != "Output"]
MOST_NUMBERS = 2_048  # of what a layer gives for one sample
MOST_AXES = 5
MOST_PARAMS = 40_000
LONG = "features_denseblock1_denselayer1_"
TRIES = 60


def random_network(seed: int) -> Document:
    """A document that can be trained as it is; the same for the same seed."""
    rng = random.Random(seed)
    while True:
        document = _document(rng)
        if check(document).ok:
            return document


def _document(rng: random.Random) -> Document:
    data = rng.choice(DATA)
    source, _problems = parse_source(data)
    assert source is not None
    spec = source.spec()
    net = _Builder(rng, {"input": spec.inputs[0].spec}, LONG if rng.random() < 0.2 else "")
    net.grow(rng.randint(1, 20), depth=2)
    net.finish(len(spec.target.classes))
    return Document(title=f"Random {rng.randint(0, 999)}", data=data, graph=net.graph)


class _Builder:
    """A graph that grows layer by layer, each behind the last."""

    def __init__(self, rng: random.Random, inputs: dict[str, Spec], prefix: str = "") -> None:
        self.rng, self.prefix = rng, prefix
        self.specs = dict(inputs)
        self.last = next(iter(inputs))
        self.made: list[Graph] = []  # of blocks
        self.graph = Graph(nodes=tuple(Node(id=id, type="Input") for id in inputs))

    def grow(self, layers: int, depth: int) -> None:
        """Add layers, and blocks while they may lie so deep within each other."""
        for _layer in range(layers):
            if depth and self.rng.random() < 0.2:
                self._block(depth - 1)
            else:
                self._layer()

    def finish(self, classes: int) -> None:
        """Whatever there is, as one number for each class."""
        if self.specs[self.last].dtype == "int64":
            if len(self.specs[self.last].shape) > 2:
                self._must("Reshape", {"shape": [-1]})
            self._must("Embedding", {"embedding_dim": 4})
        if len(self.specs[self.last].shape) > 2:
            self._must("Flatten", {})
        self._must("Linear", {"out_features": classes})
        self._end()

    def _end(self) -> None:
        node, wire = Node(id="output", type="Output"), Edge(source=self.last, target="output")
        self.graph = self.graph.having((*self.graph.nodes, node), (*self.graph.edges, wire))

    def _layer(self) -> None:
        for _try in range(TRIES):
            cls = LAYERS[self.rng.choice(TYPES)]
            if self._add(cls, {p.name: self._value(p) for p in parameters(cls) if self.rng.random() < 0.4}):
                return

    def _must(self, type: str, params: dict[str, Any]) -> None:
        assert self._add(LAYERS[type], params), (type, self.specs[self.last])

    def _add(self, cls: type[Layer], params: dict[str, Any]) -> bool:
        sources = self._sources(cls)
        specs = tuple(self.specs[source] for source in sources)
        if not all(_enters(cls, spec) for spec in specs):
            return False
        if cls.alike and any(spec.shape != specs[0].shape for spec in specs):
            return False
        try:
            found = trace(cls.model_validate(params), specs)
            if not isinstance(found, Traced) and found.params:
                params = {**params, **found.params}
                found = trace(cls.model_validate(params), specs)
        except ValidationError:
            return False
        if not isinstance(found, Traced) or not 2 <= len(found.spec.shape) <= MOST_AXES:
            return False
        if found.spec.elements > MOST_NUMBERS or found.params > MOST_PARAMS:
            return False
        off = found.spec == specs[0] and self.rng.random() < 0.05
        self._put(Node(id=self._id(cls.__name__), type=cls.__name__, params=params, disabled=off), sources, found.spec)
        return True

    def _put(self, node: Node, sources: Sequence[str], spec: Spec, ports: Sequence[str | None] = ()) -> None:
        ports = ports or [None] * len(sources)
        wires = (Edge(source=s, target=node.id, input=port) for s, port in zip(sources, ports, strict=True))
        self.graph = self.graph.having((*self.graph.nodes, node), (*self.graph.edges, *wires))
        self.specs[node.id] = spec
        self.last = node.id

    def _sources(self, cls: type[Layer]) -> list[str]:
        """The last layer, and for a join others that fit."""
        n = len(cls.inputs) if not isinstance(cls.inputs, Many) else self.rng.randint(2, 4)
        alike = [id for id, spec in self.specs.items() if spec.shape == self.specs[self.last].shape]
        sources = [self.last, *(self.rng.choice(alike) for _input in range(n - 1))]
        self.rng.shuffle(sources)
        return sources

    def _block(self, depth: int) -> None:
        """A block of its own, or one that was there before, repeated where that fits."""
        two = self.rng.random() < 0.3
        sources = [self.last, *([self.rng.choice(list(self.specs))] if two else [])]
        again = [graph for graph in self.made if sum(node.type == "Input" for node in graph.nodes) == len(sources)]
        if again and self.rng.random() < 0.5:
            graph = self.rng.choice(again)
        else:
            inner = _Builder(self.rng, {f"in{n}": self.specs[s] for n, s in enumerate(sources)})
            inner.grow(self.rng.randint(1, 4), depth)
            inner._end()
            graph = inner.graph
        for repeat in (self.rng.choice((1, 2, 3, 5)), 1):
            node = Node(id=self._id("Block"), type="Block", params={"repeat": repeat}, graph=graph)
            spec = self._spec_of(node, sources)
            if spec is not None and 2 <= len(spec.shape) <= MOST_AXES and spec.elements <= MOST_NUMBERS:
                self.made.append(graph)
                self._put(node, sources, spec, [n.id for n in graph.nodes if n.type == "Input"])
                return

    def _spec_of(self, node: Node, sources: Sequence[str]) -> Spec | None:
        assert node.graph is not None
        ports = [inner.id for inner in node.graph.nodes if inner.type == "Input"]
        wires = [Edge(source=f"s{n}", target=node.id, input=port) for n, port in enumerate(ports)]
        ends = [Node(id=f"s{n}", type="Input") for n in range(len(sources))]
        network = {(f"s{n}",): Step(Input(), (), self.specs[s]) for n, s in enumerate(sources)}
        graph = Graph(nodes=(*ends, node), edges=tuple(wires))
        scope = Scope(plan(graph, ("",)), dict(network), (), {end.id: (end.id,) for end in ends})
        scope.run()
        return scope.nodes[node.id].spec

    def _id(self, type: str) -> str:
        return self.prefix + free_id({id.removeprefix(self.prefix) for id in self.specs}, type)

    def _value(self, parameter: Parameter) -> Any:
        least = parameter.minimum or 0
        match parameter.kind:
            case "bool":
                return self.rng.random() < 0.5
            case "int":
                return self.rng.choice([n for n in (0, 1, 2, 3, 4, 6, 8, 12) if n >= least])
            case "float":
                return round(least + 0.01 + 0.5 * self.rng.random(), 3)
            case "pair" if not parameter.choices or self.rng.random() < 0.5:
                return [self.rng.choice((1, 2, 3)), self.rng.choice((1, 2, 3))]
            case "choice" | "pair":
                return self.rng.choice(parameter.choices)
        return parameter.default if not isinstance(parameter.default, tuple) else list(parameter.default)


def _enters(cls: type[Layer], spec: Spec) -> bool:
    ranks = {len(axes.split()) for axes in cls.accepts.split("|")} if cls.accepts else {len(spec.shape)}
    return len(spec.shape) in ranks and cls.takes in (None, spec.dtype)

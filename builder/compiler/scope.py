"""A graph on its way through the check: the document's own, or that of a block, once for each of its copies.

What can be said before any shape is known stands in a `Plan`, made once; a `Scope` lets shapes flow through it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from builder.compiler.padding import carried, masked
from builder.compiler.report import Copy, Gate, NodeReport, Place, Step, inward
from builder.compiler.shapes import flow
from builder.compiler.structure import ENDS, named, order, passed, unknown_type, wires_into, wiring
from builder.core.errors import Fix, Problem
from builder.core.settings import parse
from builder.core.text import _, quote
from builder.graph.blocks import fed
from builder.graph.document import Edge, Graph, Node
from builder.layers import LAYERS, Layer
from builder.layers.block import Block
from builder.layers.ends import Input, Output


@dataclass(frozen=True)
class Plan:
    """A graph with its layers, an order in which they can be computed, the problems of its wiring, and its blocks."""

    graph: Graph
    blocks: tuple[str, ...]  # in which it stands, from the document's own
    order: list[str]
    nodes: dict[str, Node]
    layers: dict[str, Layer | None]
    problems: list[Problem]
    loops: bool
    inner: dict[str, "Plan"]


def plan(graph: Graph, blocks: tuple[str, ...] = ()) -> Plan:
    """What can be said of a graph, and of those inside its blocks, before any shape is known."""
    ids, loops = order(graph)
    problems = [*loops, *wiring(graph, bool(blocks))]
    nodes = {node.id: node for node in reversed(graph.nodes)}  # of several with one id, which is an error, the first
    layers: dict[str, Layer | None] = {}
    for node in graph.nodes:
        layer, found = _layer(node)
        layers.setdefault(node.id, layer)
        problems += [] if _off(node) else found
    inner = {
        id: plan(node.graph, (*blocks, id))
        for id, node in nodes.items()
        if node.type == "Block" and node.graph is not None and not _off(node)
    }
    return Plan(graph, blocks, ids, nodes, layers, problems, bool(loops), inner)


def _layer(node: Node) -> tuple[Layer | None, list[Problem]]:
    if node.type not in LAYERS:
        return None, [unknown_type(node)]
    return parse(LAYERS[node.type], node.params, what=named(node), node=node.id)


def _off(node: Node) -> bool:
    return node.disabled and node.type not in ENDS


class Scope:
    """A block's graph with what enters it. `network` receives its layers, `copies` the blocks inside, `problems` all
    that is wrong in it.

    A problem deeper inside is listed under the block of this graph in which it is, whose report sums such problems up.
    """

    def __init__(
        self,
        plan: Plan,
        network: dict[Place, Step],
        place: Place = (),
        given: Mapping[str, Place | None] | None = None,
        copies: dict[Place, Copy] | None = None,
    ) -> None:
        self.plan, self.graph, self.network, self.place, self.given = plan, plan.graph, network, place, given or {}
        self.nodes = {
            id: NodeReport(plan.layers[id], tuple(wire.source for wire in wires_into(self.graph, plan.nodes[id])))
            for id in plan.order
        }
        self.copies = {} if copies is None else copies
        self.ends: dict[str, Place] = {}  # of which layer of the network a node's output is
        self.problems: list[Problem] = []

    def run(self) -> None:
        """Find every output that is known."""
        self.add(self.plan.problems)
        for id in self.plan.order:
            node, this = self.plan.nodes[id], self.nodes[id]
            if _off(node):
                self._pass_over(node, this)
            elif id in self.plan.inner:
                self._block(node, this)
            elif this.layer and _sound(this) and not self.plan.loops:
                self._flow(node, this, this.layer)

    @property
    def end(self) -> Place | None:
        """The layer whose output is that of the graph, as it is seen from outside; None while anything is wrong."""
        if any(problem.severity == "error" for problem in self.problems):
            return None
        end = next((self.ends.get(node.id) for node in self.graph.nodes if node.type == "Output"), None)
        return self.given.get(end.input) if isinstance(end, Gate) else end

    def add(self, problems: Iterable[Problem]) -> None:
        """Report problems of this graph's own nodes."""
        for problem in problems:
            problem = inward(problem, self.plan.blocks)
            self.problems.append(problem)
            if problem.node in self.nodes:
                self.nodes[problem.node].problems.append(problem)

    def enter(self, node: Node, layer: Input) -> None:
        """What an Input gives."""
        place = self.given.get(node.id)
        self._give(node.id, None if place is None else Gate(place, node.id))

    def leave(self, node: Node, layer: Output, wire: Edge, place: Place) -> None:
        """What an Output gets."""
        self._give(node.id, place)

    def step(self, id: str, step: Step) -> None:
        """Make a node a layer of the network."""
        place = (*self.place, id)
        self.network[place] = step
        self._give(id, place)
        this = self.nodes[id]
        this.params, this.flops, this.bytes = step.params, step.flops, step.spec.bytes
        this.trainable = step.trainable

    def _give(self, id: str, place: Place | None) -> None:
        if place is not None:
            self.ends[id] = place
            self.nodes[id].spec = self.network[place].spec

    def _flow(self, node: Node, this: NodeReport, layer: Layer) -> None:
        if isinstance(layer, Input):
            self.enter(node, layer)
            return
        wires = wires_into(self.graph, node)
        places = tuple(self.ends[wire.source] for wire in wires if wire.source in self.ends)
        if len(places) < len(wires):
            return
        if isinstance(layer, Output):
            self.leave(node, layer, wires[0], places[0])
            return
        feeding = [self.network[place] for place in places]
        entering = any(isinstance(step.layer, Input) for step in feeding)
        result = flow(node, layer, wires, tuple(step.spec for step in feeding), entering)
        if isinstance(result, Problem):
            self.add([result])
            return
        costs = (result.params, result.flops, result.trainable, result.kept)
        marks, masks = carried(layer, feeding, result.spec), masked(layer, feeding)
        self.step(node.id, Step(layer, places, result.spec, *costs, marks, masks))

    def _pass_over(self, node: Node, this: NodeReport) -> None:
        this.off = True
        this.inside = _switched_off(node.graph)
        self._give(node.id, self.ends.get(passed(self.graph, node) or ""))

    def _block(self, node: Node, this: NodeReport) -> None:
        """Let shapes flow through each copy of a block; what one gives is the next one's first input."""
        plan, layer = self.plan.inner[node.id], this.layer
        sound = _sound(this) and isinstance(layer, Block)
        copies = layer.repeat if sound and isinstance(layer, Block) else 1
        names = [inner.id for inner in plan.graph.nodes if inner.type == "Input"]
        sources = [self.ends.get(source or "") if sound else None for source in fed(self.graph, node)]
        given = dict(zip(names, sources, strict=True))
        before = len(self.network)
        end = None
        for copy in range(copies):
            number = (copy + 1,) if copies > 1 else ()
            scope = Scope(plan, self.network, (*self.place, node.id, *number), given, self.copies)
            scope.run()
            if copy == 0:
                this.inside = scope.nodes
                self._adopt(node, this, scope.problems)
            elif scope.end is None:
                self.add([self._unrepeatable(node, copy, sources[0], given[names[0]], scope.problems)])
            end = scope.end
            if end is None:
                return
            self.copies[scope.place] = Copy(given, end)
            given = {**given, names[0]: end}
        self._give(node.id, end)
        steps = list(islice(self.network.values(), before, None))
        this.params, this.flops = sum(step.params for step in steps), sum(step.flops for step in steps)
        this.bytes, this.trainable = sum(step.spec.bytes for step in steps), sum(step.trainable for step in steps)

    def _adopt(self, node: Node, this: NodeReport, found: list[Problem]) -> None:
        """Report what is wrong inside a block: each problem to the whole, and their sum on the block."""
        told = [replace(p, node=node.id, param=None, message=f"{named(node)}: {p.message}") for p in found]
        self.problems += told
        this.problems += [told[i] for i, problem in enumerate(found) if problem.node is None]
        inside = [told[i] for i, problem in enumerate(found) if problem.node is not None]
        this.problems += inside if len(inside) < 2 else [_sum(node, inside)]

    def _unrepeatable(
        self, node: Node, copy: int, first: Place | None, other: Place | None, found: list[Problem]
    ) -> Problem:
        problem = next(problem for problem in found if problem.severity == "error")
        text = _("{node}: copy {n} gets {b} where the first gets {a}, and {inner} in it does not fit. Repeat it less.")
        a, b = (self.network[place].spec if place else "" for place in (first, other))
        words = text.format(node=named(node), n=copy + 1, a=a, b=b, inner=quote(problem.node or ""))
        label = _("Set {name} to {value}").format(name="repeat", value=copy)
        fix = Fix(label, ({"op": "set_params", "node": node.id, "params": {"repeat": copy}},))
        return Problem("G-SHAPE", words, node.id, "repeat", fix=fix)


def _sound(this: NodeReport) -> bool:
    return all(problem.severity != "error" for problem in this.problems)


def _sum(node: Node, found: list[Problem]) -> Problem:
    worst = next((problem for problem in found if problem.severity == "error"), found[0])
    text = _("{node}: {n} problems inside. Open it to see them.").format(node=named(node), n=len(found))
    return Problem(worst.code, text, node.id, severity=worst.severity)


def _switched_off(graph: Graph | None) -> dict[str, NodeReport]:
    nodes = graph.nodes if graph else ()
    return {node.id: NodeReport(off=True, inside=_switched_off(node.graph)) for node in nodes}

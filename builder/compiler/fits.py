"""What fits where: to which inputs a wire may lead, and which layers could stand at a place.

Both ask of a report what is known and try out only what is new, so a canvas can ask while a wire is being drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from builder.blocks import Template, fitted
from builder.compiler.answer import misfit
from builder.compiler.report import NodeReport, Place, Report, Step
from builder.compiler.scope import Scope, plan
from builder.compiler.shapes import flow, unfit
from builder.compiler.structure import named, ports, wires_into
from builder.core.errors import Error, Problem
from builder.core.settings import parse
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.fields import DataSpec
from builder.graph.blocks import by_input
from builder.graph.document import Document, Edge, Graph, Node
from builder.layers import LAYERS, Layer, Many
from builder.layers.ends import Input, Output

Feed = tuple[Edge, Spec | None]  # a wire and what it brings, where that is known
Candidate = tuple[str | None, str | None]  # the shape that a layer would give, and why it cannot stand there


@dataclass(frozen=True)
class _Site:
    """A graph of the document with what was found in it; `data` only for the document's own."""

    graph: Graph
    nodes: dict[str, NodeReport]
    data: DataSpec | None

    def feed(self, wire: Edge) -> Feed:
        found = self.nodes.get(wire.source)
        return wire, found.spec if found else None


def fits(document: Document, report: Report, source: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """For each node beside `source` and each of its inputs, why a wire from there may not lead to it, or None.

    The input is named where a node has several, else it is empty. A wire to an occupied input takes its place.
    Params: `source`, the blocks in which the node stands, and its id. Raises: Error G-EDIT (there is no such node).
    """
    *blocks, id = source
    site = _site(document, report, blocks)
    start = _known(site, id)
    above = _above(site.graph, id)
    found: dict[str, dict[str, str | None]] = {}
    for node in site.graph.nodes:
        names: dict[str, str | None] = {}
        for name in _names(node):
            if start.type == "Output":
                names[name] = _("An Output feeds no other layer.")
            elif node.id in above:
                names[name] = _("That would make a loop.")
            else:
                wire = Edge(source=id, target=node.id, input=name or None)
                names[name] = _refusal(site, node, _with(site, node, wire))
        found[node.id] = names
    return found


def candidates(
    document: Document,
    report: Report,
    *,
    source: str | None = None,
    edge: Edge | None = None,
    replace: str | None = None,
    within: Sequence[str] = (),
    blocks: Iterable[Template] = (),
) -> dict[str, Candidate]:
    """For each layer that can be added, with its default settings, what it would give and why it cannot stand there.

    It would stand behind the node `source`, on the wire `edge`, in place of the node `replace`, or at the beginning.
    Without a shape and a reason it may stand there, but what it gives is not known yet.
    Params: `within`, the blocks in which it would stand; `blocks` of the palette, told by their keys.
    Raises: Error G-EDIT (there is no such node or wire).
    """
    site = _site(document, report, within)
    feeds: list[Feed] = []
    below: tuple[Edge, ...] = ()
    if edge is not None:
        if edge not in site.graph.edges:
            raise Error("G-EDIT", _("There is no such wire. Reload the page."))
        feeds, below = [site.feed(edge)], (edge,)
    elif source is not None:
        feeds = [site.feed(Edge(source=_known(site, source).id, target=source))]
    elif replace is not None:
        below = site.graph.out_of(_known(site, replace).id)
        feeds = [site.feed(wire) for wire in wires_into(site.graph, _known(site, replace))]
    taken = bool(within) and any(node.type == "Output" and node.id != replace for node in site.graph.nodes)
    layers = {
        type: _candidate(site, type, feeds, below, type == "Output" and taken)
        for type, cls in LAYERS.items()
        if not cls.hidden
    }
    return layers | {template.key: _ready(site, template, feeds, below) for template in blocks}


def _candidate(site: _Site, type: str, feeds: list[Feed], below: Sequence[Edge], second: bool) -> Candidate:
    layer = _default(LAYERS[type])
    if second:
        return None, _("A block has one Output, which is there already.")
    if type == "Output" and below:
        return None, _("Nothing can stand behind an Output.")
    if type == "Input" and feeds:
        return None, _("No wire leads to an Input.")
    if isinstance(layer, Input):
        field = site.data.input(layer.field) if site.data else None
        return _below(site, type, field.spec if field else None, below)
    if layer is None or not feeds:
        return None, None
    node = Node.model_construct(id=type, type=type, params={}, position=None, disabled=False, graph=None)
    found = _outcome(site, node, layer, feeds)
    if isinstance(found, str):
        return None, found.replace(named(node), type, 1)
    return _below(site, type, found, below)


def _ready(site: _Site, template: Template, feeds: list[Feed], below: Sequence[Edge]) -> Candidate:
    """What a block of the palette would give, in the sizes of what enters it."""
    if not feeds or feeds[0][1] is None:
        return None, None
    key = template.key
    node = Node(id=key, type="Block", params=dict(template.params), graph=fitted(template, feeds[0][1]))
    scope = _alone(node, [(wire.model_copy(update={"target": key, "input": None}), spec) for wire, spec in feeds])
    wrong = next((p for p in scope.problems if p.node == key and p.code in ("G-SHAPE", "G-EDGE")), None)
    if wrong:
        return None, wrong.message.replace(named(node), template.name, 1)
    return _below(site, key, scope.nodes[key].spec, below)


@cache
def _default(cls: type[Layer]) -> Layer | None:
    return parse(cls, {}, what=cls.__name__)[0]


def _below(site: _Site, type: str, spec: Spec | None, below: Sequence[Edge]) -> Candidate:
    """A shape with the first reason why what stands below cannot take it."""
    shape = str(spec) if spec else None
    for wire in below if spec else ():
        target = site.graph.node(wire.target)
        if target is None:
            continue
        new = Edge(source=type, target=wire.target, input=wire.input)
        feeds = [(new, spec) if w == wire else site.feed(w) for w in wires_into(site.graph, target)]
        reason = _refusal(site, target, feeds)
        if reason:
            return shape, reason
    return shape, None


def _site(document: Document, report: Report, blocks: Sequence[str]) -> _Site:
    site = _Site(document.graph, report.nodes, report.data)
    for id in blocks:
        graph = _known(site, id).graph
        if graph is None:
            raise Error("G-EDIT", _("{id} is no block.").format(id=quote(id)))
        site = _Site(graph, site.nodes[id].inside, None)
    return site


def _known(site: _Site, id: str) -> Node:
    node = site.graph.node(id)
    if node is None:
        raise Error("G-EDIT", _("There is no layer {id}. Reload the page.").format(id=quote(id)))
    return node


def _above(graph: Graph, id: str) -> set[str]:
    """A node and all that lead to it."""
    found, ahead = {id}, [id]
    while ahead:
        new = {edge.source for edge in graph.into(ahead.pop())} - found
        found |= new
        ahead += new
    return found


def _names(node: Node) -> tuple[str, ...]:
    """The inputs to which a wire can lead: named where there are several, else one without a name."""
    if node.type not in LAYERS:
        return ("",)
    inputs = ports(node)
    if isinstance(inputs, Many):
        return ("",)
    return inputs if len(inputs) > 1 else ("",) * len(inputs)


def _with(site: _Site, node: Node, wire: Edge) -> list[Feed]:
    """What a node gets once a wire more leads to it, in place of the one at its input."""
    wires = site.graph.into(node.id)
    inputs = ports(node) if node.type in LAYERS else ()
    if isinstance(inputs, Many):
        return [site.feed(w) for w in (*wires, *([] if any(w.source == wire.source for w in wires) else [wire]))]
    if wire.input is None:
        return [site.feed(wire)]
    present = {name: found.source for name, found in zip(inputs, by_input(inputs, wires), strict=True) if found}
    present[wire.input] = wire.source
    led = (Edge(source=present[name], target=node.id, input=name) for name in inputs if name in present)
    return [site.feed(w) for w in led]


def _refusal(site: _Site, node: Node, feeds: list[Feed]) -> str | None:
    """Why a node cannot take what these wires bring; None where it can, or where that is not known yet."""
    layer = site.nodes[node.id].layer
    if node.disabled or layer is None:
        return None
    if node.type == "Block":
        return _refused_inside(node, feeds)
    found = _outcome(site, node, layer, feeds)
    return found if isinstance(found, str) else None


def _outcome(site: _Site, node: Node, layer: Layer, feeds: list[Feed]) -> Spec | str | None:
    """What a layer makes of its inputs, or why it cannot take them; None where that is not known yet."""
    inputs = type(layer).inputs
    if isinstance(layer, Output) and site.data is None and len(feeds) == 1:  # of a block, which gives anything
        return feeds[0][1]
    if not isinstance(inputs, Many) and len(feeds) > len(inputs):
        text = _("{node} takes {most} input(s) and gets {n}.")
        return text.format(node=named(node), most=len(inputs), n=len(feeds))
    known = [(wire, spec) for wire, spec in feeds if spec]
    if isinstance(inputs, Many):
        few = len(feeds) < inputs.at_least
    else:
        few = None in by_input(inputs, [wire for wire, _spec in feeds])[: len(inputs) - type(layer).optional]
    if few or len(known) < len(feeds):
        problem = next((p for wire, spec in known if (p := unfit(node, layer, wire, spec))), None)
        return problem.message if problem else None
    found = flow(node, layer, [wire for wire, _spec in known], tuple(spec for _wire, spec in known))
    if isinstance(found, Problem):
        return found.message
    target = site.data.answer(layer.target) if isinstance(layer, Output) and site.data else None
    if target and len(found.spec.shape) != 2:
        # a vector of another length may be wired: the check then offers to set it
        return misfit(node, feeds[0][0], found.spec, target) or found.spec
    return found.spec


def _refused_inside(node: Node, feeds: list[Feed]) -> str | None:
    """Why something in a block does not fit what enters."""
    problems = _alone(node, feeds).problems
    return next((p.message for p in problems if p.code == "G-SHAPE" and p.node == node.id), None)


def _alone(node: Node, feeds: list[Feed]) -> Scope:
    """A block checked by itself, with an Input for each source."""
    specs = {wire.source: spec for wire, spec in feeds}
    network: dict[Place, Step] = {(source,): Step(Input(), (), spec) for source, spec in specs.items() if spec}
    inputs = (Node(id=source, type="Input") for source in specs)
    graph = Graph.model_construct(nodes=(*inputs, node), edges=tuple(wire for wire, _spec in feeds), notes=())
    given = {source: (source,) if spec else None for source, spec in specs.items()}
    scope = Scope(plan(graph, ("",)), network, (), given)  # as if inside a block, which knows no data
    scope.run()
    return scope

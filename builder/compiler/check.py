"""`check(document)`: every problem, shape and cost of a document, without allocating a weight.

Structure comes first, then layer after layer on the meta device. A bad document never raises; its problems are pinned
to their nodes, and layers behind a problem wait for it rather than repeat it.
"""

from builder.compiler.answer import answer
from builder.compiler.cost import limits, weigh
from builder.compiler.report import NodeReport, Report
from builder.compiler.shapes import flow
from builder.compiler.structure import named, order, unknown_type, wiring
from builder.core.errors import Error, Fix, Problem
from builder.core.ids import nearest
from builder.core.settings import parse
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.fields import DataSpec
from builder.data.sources import parse_source
from builder.graph.document import Document, Graph, Node
from builder.graph.recipe import Recipe
from builder.layers import LAYERS
from builder.layers.ends import Input, Output


def check(document: Document, data: DataSpec | None = None) -> Report:
    """Check a document. Never raises for a bad one; errors stand first, then in the order of the outline.

    Params: `data`, what a run has kept of its data; left out, the source is asked what it holds today.
    """
    recipe, problems = parse(Recipe, document.recipe, what=_("recipe"))
    data, found = (data, []) if data else _data(document)
    problems += found
    graph = document.graph
    ids, loops = order(graph)
    report = Report({id: NodeReport() for id in ids}, [], data, recipe)
    _add(report, [*problems, *loops, *wiring(graph)])
    first = {node.id: node for node in reversed(graph.nodes)}
    for node in graph.nodes:
        _parse(report, node)
    if not loops:
        for id in ids:
            _flow(report, graph, first[id])
    weigh(report)
    _add(report, limits(report))
    rank = {node.id: i for i, node in enumerate(graph.nodes)}
    report.problems.sort(key=lambda p: (p.severity != "error", rank.get(p.node or "", -1)))
    return report


def _add(report: Report, problems: object) -> None:
    for problem in problems:  # type: ignore[attr-defined]
        report.problems.append(problem)
        if problem.node in report.nodes:
            report.nodes[problem.node].problems.append(problem)


def _data(document: Document) -> tuple[DataSpec | None, list[Problem]]:
    source, problems = parse_source(document.data)
    if source is None:
        return None, problems
    try:
        return source.spec(), problems
    except Error as error:
        return None, [*problems, *error.problems]


def _parse(report: Report, node: Node) -> None:
    if node.type not in LAYERS:
        _add(report, [unknown_type(node)])
        return
    layer, problems = parse(LAYERS[node.type], node.params, what=named(node), node=node.id)
    report.nodes[node.id].layer = layer
    _add(report, problems)


def _flow(report: Report, graph: Graph, node: Node) -> None:
    """Find one node's output, if all that it needs is known."""
    this = report.nodes[node.id]
    wires = graph.into(node.id)
    this.sources = tuple(wire.source for wire in wires)
    if this.layer is None or any(p.severity == "error" for p in this.problems):
        return
    if isinstance(this.layer, Input):
        _enter(report, node, this.layer)
        return
    specs = [report.nodes[id].spec for id in this.sources]
    if any(spec is None for spec in specs):
        return
    result = flow(node, this.layer, wires, tuple(spec for spec in specs if spec))
    if isinstance(result, Problem):
        _add(report, [result])
        return
    this.spec, this.params, this.flops = result.spec, result.params, result.flops
    if isinstance(this.layer, Output) and report.data is not None:
        _leave(report, graph, node, this.layer, result.spec)


def _enter(report: Report, node: Node, layer: Input) -> None:
    if report.data is None:
        return
    field = report.data.input(layer.field)
    if field:
        report.nodes[node.id].spec = Spec(field.spec.shape, field.spec.dtype, field.spec.axes, field.spec.categories)
        return
    names = [f.name for f in report.data.inputs]
    _add(report, [_no_field(node, "field", layer.field, names)])


def _leave(report: Report, graph: Graph, node: Node, layer: Output, spec: Spec) -> None:
    assert report.data is not None
    target = report.data.target
    if layer.target not in (None, target.name):
        _add(report, [_no_field(node, "target", layer.target, [target.name])])
        return
    wire = graph.into(node.id)[0]
    _add(report, list(answer(graph, node, wire, spec, target, report.recipe, report.nodes)))


def _no_field(node: Node, param: str, name: str | None, names: list[str]) -> Problem:
    text = _("{node}: the data has no {param} {name}; it has {names}.")
    words = text.format(node=named(node), param=param, name=quote(name or ""), names=", ".join(map(quote, names)))
    guess = nearest(name or "", names) or names[0]
    edit = {"op": "set_params", "node": node.id, "params": {param: guess}}
    return Problem("G-FIELD", words, node.id, param, fix=Fix(_("Use {name}").format(name=quote(guess)), (edit,)))

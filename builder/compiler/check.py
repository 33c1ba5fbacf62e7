"""`check(document)`: every problem, shape and cost of a document, without allocating a weight.

Structure comes first, then layer after layer on the meta device. A bad document never raises; its problems are pinned
to their nodes, and layers behind a problem wait for it rather than repeat it.
"""

from collections.abc import Iterable

from builder.compiler.answer import answer
from builder.compiler.cost import limits, weigh
from builder.compiler.extent import overgrown
from builder.compiler.pretrained import unprepared
from builder.compiler.report import NodeReport, Place, Report, Step
from builder.compiler.scope import Plan, Scope, plan
from builder.compiler.shapes import flow
from builder.compiler.structure import named
from builder.core.errors import Error, Fix, Problem
from builder.core.ids import nearest
from builder.core.settings import parse
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.data.fields import DataSpec
from builder.data.sources import parse_source
from builder.graph.document import Document, Edge, Node
from builder.graph.recipe import Recipe
from builder.layers.ends import Input, Output


def check(document: Document, data: DataSpec | None = None) -> Report:
    """Check a document. Never raises for a bad one; errors stand first, then in the order of the outline.

    Params: `data`, what a run has kept of its data; left out, the source is asked what it holds today.
    """
    recipe, problems = parse(Recipe, document.recipe, what=_("recipe"))
    data, found = (data, []) if data else _data(document)
    report = Report({}, [*problems, *found], data, recipe)
    graph = document.graph
    if too_large := list(overgrown(graph)):
        report.nodes = {node.id: NodeReport() for node in graph.nodes}
        _add(report, too_large)
    else:
        whole = _Whole(plan(graph), report)
        whole.run()
        report.problems += whole.problems
        _add(report, unprepared(document, report))
    weigh(report)
    _add(report, limits(report))
    rank = {node.id: i for i, node in enumerate(graph.nodes)}
    report.problems.sort(key=lambda p: (p.severity != "error", rank.get(p.node or "", -1)))
    return report


def _add(report: Report, problems: Iterable[Problem]) -> None:
    for problem in problems:
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


class _Whole(Scope):
    """The document's own graph: data enters it, and its answer is held against the target and the loss."""

    def __init__(self, plan: Plan, report: Report) -> None:
        super().__init__(plan, report.network)
        self.data, self.recipe = report.data, report.recipe
        report.nodes = self.nodes

    def enter(self, node: Node, layer: Input) -> None:
        if self.data is None:
            return
        field = self.data.input(layer.field)
        if field:
            spec = Spec(field.spec.shape, field.spec.dtype, field.spec.axes, field.spec.categories)
            self.step(node.id, Step(layer, (), spec))
            return
        self.add([_no_field(node, "field", layer.field, [f.name for f in self.data.inputs])])

    def leave(self, node: Node, layer: Output, wire: Edge, place: Place) -> None:
        result = flow(node, layer, (wire,), (self.network[place].spec,))
        if isinstance(result, Problem):
            self.add([result])
            return
        self.step(node.id, Step(layer, (place,), result.spec))
        if self.data is None:
            return
        target = self.data.target
        if layer.target not in (None, target.name):
            self.add([_no_field(node, "target", layer.target, [target.name])])
            return
        self.add(answer(self.graph, node, wire, place, target, self.recipe, self.nodes, self.network))


def _no_field(node: Node, param: str, name: str | None, names: list[str]) -> Problem:
    text = _("{node}: the data has no {param} {name}; it has {names}.")
    words = text.format(node=named(node), param=param, name=quote(name or ""), names=", ".join(map(quote, names)))
    guess = nearest(name or "", names) or names[0]
    edit = {"op": "set_params", "node": node.id, "params": {param: guess}}
    return Problem("G-FIELD", words, node.id, param, fix=Fix(_("Use {name}").format(name=quote(guess)), (edit,)))

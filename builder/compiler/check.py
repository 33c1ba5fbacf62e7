"""`check(document)`: every problem, shape and cost of a document, without allocating a weight.

Structure comes first, then layer after layer on the meta device. A bad document never raises; its problems are pinned
to their nodes, and layers behind a problem wait for it rather than repeat it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from builder.compiler.answer import answer
from builder.compiler.cost import limits, lonely, weigh
from builder.compiler.extent import overgrown
from builder.compiler.hints import hints
from builder.compiler.pretrained import unprepared
from builder.compiler.report import Marks, NodeReport, Place, Report, Step
from builder.compiler.scope import Plan, Scope, plan
from builder.compiler.shapes import flow
from builder.compiler.sight import Sight, sights, tell
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

GRAVITY = ("error", "warning", "hint")


def check(document: Document, data: DataSpec | None = None) -> Report:
    """Check a document. Never raises for a bad one; errors stand first, then warnings, then hints.

    Params: `data`, what a run has kept of its data; left out, the source is asked what it holds today.
    """
    recipe, problems = parse(Recipe, document.recipe, what=_("recipe"), edit="set_recipe")
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
        report.inputs, report.outputs = (
            tuple((node.id,) for node in graph.nodes if node.type == type and (node.id,) in report.network)
            for type in ("Input", "Output")
        )
        _add(report, unprepared(document, report))
    weigh(report)
    _add(report, limits(report))
    _add(report, lonely(report))
    seen = sights(report.network)
    tell(report, seen)
    if report.ok:
        _hint(document, report, seen)
    rank = {node.id: i for i, node in enumerate(graph.nodes)}
    report.problems.sort(key=lambda p: (GRAVITY.index(p.severity), rank.get(p.node or "", -1)))
    return report


def _add(report: Report, problems: Iterable[Problem]) -> None:
    for problem in problems:
        report.problems.append(problem)
        if problem.node in report.nodes:
            report.nodes[problem.node].problems.append(problem)


def _hint(document: Document, report: Report, seen: Mapping[Place, Sight]) -> None:
    """Report hints; one inside a block is shown there, and listed and shown under the block of the document too."""
    for path, problem in hints(document, report, seen):
        names = [f"Block {quote(block, 30)}" for block in path[:-1]]
        nodes = report.nodes
        for depth, part in enumerate(path):
            words = ": ".join([*names[depth:], problem.message])
            told = replace(problem, node=part, message=words)
            nodes[part].problems.append(told)
            nodes = nodes[part].inside
            if depth == 0:
                report.problems.append(told)


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
        super().__init__(plan, report.network, copies=report.copies)
        self.data, self.recipe = report.data, report.recipe
        report.nodes = self.nodes

    def enter(self, node: Node, layer: Input) -> None:
        if self.data is None:
            return
        field = self.data.input(layer.field)
        if field:
            spec = Spec(field.spec.shape, field.spec.dtype, field.spec.axes, field.spec.categories)
            marks = Marks((*self.place, node.id)) if field.kind == "text" else None
            self.step(node.id, Step(layer, (), spec, marks=marks))
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

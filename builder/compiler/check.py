"""`check(document)`: every problem, shape and cost of a document, without allocating a weight.

Structure comes first, then layer after layer on the meta device. A bad document never raises; its problems are pinned
to their nodes, and layers behind a problem wait for it rather than repeat it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from builder.compiler.answer import answer
from builder.compiler.aside import aside, unnamed, untargeted
from builder.compiler.cost import limits, lonely, weigh
from builder.compiler.extent import overgrown
from builder.compiler.hints import hints
from builder.compiler.pretrained import unprepared
from builder.compiler.report import Answer, Entry, Marks, NodeReport, Place, Report, Step
from builder.compiler.scope import Plan, Scope, plan
from builder.compiler.shapes import flow
from builder.compiler.sight import Sight, sights, tell
from builder.core.errors import Error, Problem
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
        whole.tell(report)
        report.problems += whole.problems
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
    """The document's own graph: data enters it, and its answers are held against the targets and the losses."""

    def __init__(self, plan: Plan, report: Report) -> None:
        super().__init__(plan, report.network, copies=report.copies)
        self.data, self.recipe = report.data, report.recipe
        self.fields: dict[str, str] = {}  # of each Input, the field that enters there
        self.answers: dict[str, Answer] = {}
        report.nodes = self.nodes

    def enter(self, node: Node, layer: Input) -> None:
        if self.data is None:
            return
        field = self.data.input(layer.field)
        if field is None:
            self.add(
                [
                    unnamed(
                        self.graph, node, layer.field, "field", [f.name for f in (*self.data.inputs, *self.data.forced)]
                    )
                ]
            )
            return
        self.fields[node.id] = field.name
        spec = Spec(field.spec.shape, field.spec.dtype, field.spec.axes, field.spec.categories)
        marks = Marks((*self.place, node.id)) if field.kind == "text" else None
        self.step(node.id, Step(layer, (), spec, marks=marks))

    def leave(self, node: Node, layer: Output, wire: Edge, place: Place) -> None:
        result = flow(node, layer, (wire,), (self.network[place].spec,))
        if isinstance(result, Problem):
            self.add([result])
            return
        self.step(node.id, Step(layer, (place,), result.spec))
        if self.data is None:
            return
        target = self.data.answer(layer.target)
        if target is None:
            self.add([untargeted(self.graph, node, layer.target, self.data)])
            return
        loss = (self.recipe or Recipe()).loss_of(target.kind, layer.loss)
        probabilities = type(self.network[place].layer).__name__ == "Softmax"
        found = Answer(node.id, (node.id,), target, loss, layer.weight, probabilities)
        self.answers[node.id] = found
        self.add(answer(self.graph, node, layer, wire, place, found, self.recipe, self.nodes, self.network))

    def tell(self, report: Report) -> None:
        """Say what the network takes and gives, in the order of the document, and what of the data it leaves aside."""
        ids = [node.id for node in self.graph.nodes]
        forced = {field.name for field in self.data.forced} if self.data else {}
        report.inputs = tuple(
            Entry((id,), self.fields[id], self.fields[id] in forced)
            for id in ids
            if id in self.fields and (id,) in report.used
        )
        report.outputs = tuple(self.answers[id] for id in ids if id in self.answers)
        self.add(aside(self.graph, report, self.network, self.nodes))

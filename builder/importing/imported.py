"""What an import brings: a document, and which of the foreign weights belongs to which of its layers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor

from builder.compiler.check import check
from builder.compiler.report import Place, Report
from builder.compiler.source import identifiers
from builder.compiler.weights import alike, by, shapes
from builder.core.errors import Error, Problem
from builder.core.text import _, quote, size
from builder.data.fields import DataSpec, InputField, Target
from builder.graph.document import MOST_BYTES, Document, read, write
from builder.graph.edit import apply
from builder.importing.data import Before, fitting, kind_of
from builder.importing.nest import nest
from builder.importing.sketch import Ref, Sketch

MOST_CLASSES = 1_000_000
Slot = tuple[Place, str]  # a layer of the network, and the name of one of its tensors


@dataclass(frozen=True)
class Imported:
    """An imported network.

    `data` is what it was made for: its input, and as many classes as it gives numbers. `weights` names the foreign
    tensor for each of its own; `tensors` holds them where the file had them, in our layout. `notes` say what a person
    should know.
    """

    document: Document
    data: DataSpec
    weights: Mapping[Slot, str]
    tensors: Mapping[str, Tensor] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def report(self) -> Report:
        """The check of the network on the data that it was made for, which finds no errors."""
        return check(self.document, self.data)

    def originals(self) -> dict[str, tuple[str, tuple[int, ...]]]:
        """For each tensor of our network's module: which of the foreign ones it is, and its own shape.

        A layer that leads nowhere is not built, so its weights are not among them.
        """
        report = self.report()
        names, needed = identifiers(report), shapes(report)
        found = self.weights.items()
        ours = {f"{names[place]}.{name}": theirs for (place, name), theirs in found if place in names}
        return {name: (theirs, needed[name]) for name, theirs in ours.items() if name in needed}

    def state(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The foreign tensors under the names that our network's module has for them. Raises: Error M-SHAPE."""
        # a layer that does another's work may have axes of size 1 besides; old files lack a BatchNorm's counter
        found = self.originals().items()
        mine = {name: (tensors[theirs], shape) for name, (theirs, shape) in found if theirs in tensors}
        text = _("{name} is {theirs}; this network needs {ours}.")
        if problems := [
            Problem("M-SHAPE", text.format(name=quote(name), theirs=by(tuple(tensor.shape)), ours=by(shape)))
            for name, (tensor, shape) in mine.items()
            if not alike(tuple(tensor.shape), shape)
        ]:
            raise Error.of(problems)
        return {name: tensor.reshape(shape) for name, (tensor, shape) in mine.items()}


def imported(
    sketch: Sketch,
    entry: Ref,
    end: Ref,
    *,
    title: str,
    about: str,
    recipe: Mapping[str, Any] | None = None,
    tensors: Mapping[str, Tensor] | None = None,
    notes: tuple[str, ...] = (),
) -> Imported:
    """The network of a sketch, with a data set that fits its input where there is one.

    Raises: Error L-SIZE, and whatever reading a document raises.
    """
    data, before, found = fitting(entry.spec)
    if before:
        sketch, entry, end = _with(sketch, entry, end, before)
    sketch, [entry, end] = sketch.tidied(entry, end)
    graph, places = nest(sketch.ops, end.op)
    values: dict[str, Any] = {"title": title[:200], "about": about[:2000], "data": data, "graph": graph,
                              "recipe": dict(recipe or {})}  # fmt: skip
    document = Document.model_construct(**values)
    content = write(document)
    if len(content) > MOST_BYTES:
        text = _("{size}; the most is {most}.").format(size=size(len(content)), most=size(MOST_BYTES))
        raise Error("L-SIZE", text)
    document = read(content)  # as it will be read again: nothing foreign is kept that a file may not hold
    if not found:
        text = _("No data set here has an input of {shape}. Choose your own data in Data.")
        notes = (*notes, text.format(shape=entry.spec))
    weights = {
        (places[at], name): theirs
        for at, op in enumerate(sketch.ops)
        if at in places
        for name, theirs in op.tensors.items()
    }
    made = Imported(document, made_for(sketch, end), weights, tensors or {}, notes)
    return _within_memory(made)


def _within_memory(made: Imported) -> Imported:
    """With a batch size that this machine can train, where one is known."""
    errors = made.report().errors
    fixes = [problem.fix for problem in errors if problem.code == "L-MEM" and problem.fix]
    if not fixes:
        return made
    document = apply(made.document, *fixes[0].edits)
    text = _("The batch size is {n}, so that this machine can train it.")
    note = text.format(n=document.recipe.get("batch_size"))
    return replace(made, document=document, notes=(*made.notes, note))


def made_for(sketch: Sketch, end: Ref) -> DataSpec:
    """The data that a sketch was made for, with as many classes as it gives numbers."""
    entries = [op for op in sketch.ops if op.type == "Input"]
    classes = tuple(str(n) for n in range(min(end.spec.shape[-1], MOST_CLASSES)))
    fields = tuple(InputField("input", kind_of(op.spec), op.spec) for op in entries)
    return DataSpec(fields, (Target("label", classes),))


def _with(sketch: Sketch, entry: Ref, end: Ref, before: Before) -> tuple[Sketch, Ref, Ref]:
    """The sketch with a layer right behind its input, so that another kind of data fits."""
    type, params, spec = before
    new = Sketch()
    refs: dict[int, Ref] = {}
    for at, op in enumerate(sketch.ops):
        if at == entry.op:
            first = new.input(op.path, spec)
            refs[at] = new.add(f"{op.path}_{type.lower()}", type, params, [first])
        else:
            sources = [refs[source] for source in op.sources]
            refs[at] = new.add(op.path, op.type, op.params, sources, scopes=op.scopes, tensors=op.tensors)
    return new, first, refs[end.op]

"""The graph of an ONNX file, with its weights: read as data, nothing in it is run and nothing beside it opened."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from builder.core.errors import Error, Problem
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.importing.imported import Imported, imported
from builder.importing.onnx_constants import FOLDED, is_folded
from builder.importing.onnx_operators import OPERATORS
from builder.importing.onnx_values import Desk, UnreadError
from builder.importing.sketch import Ref, Sketch, refuse, unimportable

MOST_NODES = 20_000  # of the file; many only compute sizes
DOMAINS = ("", "ai.onnx")


def onnx_graph(content: bytes, title: str = "") -> Imported:
    """The network of an ONNX file.

    Raises: Error M-EXTRA (the package onnx is missing), M-TYPE (no ONNX file, or one whose weights lie beside it),
    M-LAYER with every operator that is not in the catalogue.
    """
    model = _model(content)
    graph = model.graph
    _refuse_outside(graph)
    refuse(list(_unknown(graph)))
    reading = _Reading(graph)
    end = reading.run()
    producer = f"{model.producer_name} {model.producer_version}".strip()[:80] or "ONNX"
    name = title or graph.name[:100] or "ONNX"
    about = _("{name}, an ONNX file written by {producer}.").format(name=name, producer=producer)
    notes = tuple(reading.notes)
    ops = reading.sketch.ops
    recipe = {"loss": {"type": "nll"}} if ops[end.op].type == "Softmax" else {}
    tensors = reading.desk.tensors
    return imported(
        reading.sketch, reading.entry, end, title=name, about=about, recipe=recipe, tensors=tensors, notes=notes
    )


def _model(content: bytes) -> Any:
    try:
        import onnx  # an extra: only who reads such files needs it
    except ImportError:
        text = _("Reading ONNX files needs the package onnx. Install it: pip install onnx")
        raise Error("M-EXTRA", text) from None
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # comes with onnx

    try:
        model = onnx.load_model_from_string(content)
    except (DecodeError, ValueError, TypeError, RecursionError):
        raise _no_onnx() from None
    if not model.graph.node or not model.graph.output:
        raise _no_onnx()
    if len(model.graph.node) > MOST_NODES:
        text = _("{n:,} operators; the most is {most:,}. Import a smaller network.")
        raise Error("L-NODES", text.format(n=len(model.graph.node), most=MOST_NODES))
    return model


def _no_onnx() -> Error:
    return Error("M-TYPE", _("This is no ONNX file, or it is cut off. Export it again, with torch.onnx.export."))


def _refuse_outside(graph: Any) -> None:
    """Weights in other files are not opened, wherever they are said to lie. Raises: Error M-TYPE."""
    tensors = [*graph.initializer, *(a.t for node in graph.node for a in node.attribute if a.HasField("t"))]
    if any(tensor.data_location == 1 or tensor.external_data for tensor in tensors) or graph.sparse_initializer:
        text = _("The weights of this ONNX file lie outside it. Export it in one file: external_data=False.")
        raise Error("M-TYPE", text)


def _unknown(graph: Any) -> Iterator[Problem]:
    for node in graph.node:
        known = node.domain in DOMAINS and (node.op_type in OPERATORS or node.op_type in FOLDED)
        if not known:
            yield unimportable(_where(node), node.op_type)


def _where(node: Any) -> str:
    return str(node.name or (node.output[0] if node.output else "") or node.op_type)[:150]


class _Reading:
    """The graph on its way into a sketch, operator by operator."""

    def __init__(self, graph: Any) -> None:
        self.graph, self.sketch, self.notes = graph, Sketch(), list[str]()
        self.values: dict[str, Any] = {}
        self.uses = Counter(name for node in graph.node for name in node.input)
        self.uses.update(given.name for given in graph.output)
        for tensor in graph.initializer:
            self.values[tensor.name] = _array(tensor, tensor.name)
        self.desk = Desk(self.sketch, {})
        self.entry = self._entry()

    def run(self) -> Ref:
        """The sketch's answer. Raises: Error M-LAYER."""
        for node in self.graph.node:
            self._node(node)
        if len(self.graph.output) != 1:
            text = _("This network has {n} outputs. Import one that has a single output.")
            raise Error("M-LAYER", text.format(n=len(self.graph.output)))
        end = self.values.get(self.graph.output[0].name)
        if isinstance(end, Ref):
            return end
        raise Error("M-LAYER", _("The output of this network does not depend on its input."))

    def _entry(self) -> Ref:
        inputs = [given for given in self.graph.input if given.name not in self.values]
        if len(inputs) != 1:
            names = ", ".join(quote(given.name, 30) for given in inputs[:5])
            text = _("This network has {n} inputs: {names}. Import one that has a single input.")
            raise Error("M-LAYER", text.format(n=len(inputs), names=names))
        [given] = inputs
        tensor = given.type.tensor_type
        batch, *sizes = [dim.dim_value for dim in tensor.shape.dim] or [0]
        self.desk.batch = batch or None
        for n in sizes:
            if not 1 <= n <= 2**31:
                text = _("The input {name} has a size that the file leaves open. Export it with a fixed size.")
                raise Error("M-LAYER", text.format(name=quote(given.name)))
        axes = {2: "N F", 3: "N L F", 4: "N C H W", 5: "N C D H W"}.get(len(sizes) + 1)
        tokens = self._tokens(given.name)
        if tokens and len(sizes) == 1:
            spec = Spec((2, *sizes), "int64", "N L", tokens)
        elif axes is None or tokens:
            raise Error("M-LAYER", _("An input with {n} axes cannot be imported.").format(n=len(sizes)))
        else:
            spec = Spec((2, *sizes), "float32", axes)
        entry = self.sketch.input("input", spec)
        self.values[given.name] = entry
        return entry

    def _tokens(self, name: str) -> int | None:
        """How many tokens there are, where the input is looked up in a table."""
        names = {name}
        for node in self.graph.node:
            if node.op_type in ("Cast", "Identity") and node.input and node.input[0] in names:
                names.add(node.output[0])
            if node.op_type == "Gather" and len(node.input) == 2 and node.input[1] in names:
                table = self.values.get(node.input[0])
                return len(table) if isinstance(table, np.ndarray) and table.ndim == 2 else None
        return None

    def _node(self, node: Any) -> None:
        missing = next((name for name in node.input if name and name not in self.values), None)
        if missing is not None:
            why = _("Its input {name} comes from nowhere.").format(name=quote(missing, 30))
            raise Error.of([unimportable(_where(node), node.op_type, why)])
        given = [self.values[name] if name else None for name in node.input]
        try:
            found = self._made(node, given)
        except UnreadError as error:
            raise Error.of([unimportable(_where(node), node.op_type, str(error))]) from None
        except KeyError as error:
            why = _("It does not say its {name}.").format(name=str(error)[:60])
        except (TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError, OverflowError) as error:
            why = _("Its settings are not understood: {reason}.").format(reason=str(error)[:100])
        else:
            outputs = found if isinstance(found, list) else [found]
            self.values.update(zip(node.output, outputs, strict=False))
            return
        raise Error.of([unimportable(_where(node), node.op_type, why)])

    def _made(self, node: Any, given: list[Any]) -> Any:
        attributes = _attributes(node)
        if is_folded(node.op_type, given):
            return FOLDED[node.op_type](given, attributes)
        self.desk.path, self.desk.count = self._path(node), 0
        self.desk.alone = all(self.uses[name] == 1 for name in node.input if isinstance(self.values.get(name), Ref))
        if node.op_type not in OPERATORS:
            raise UnreadError(_("It is only read where sizes are computed."))
        return OPERATORS[node.op_type](self.desk, given, attributes)

    def _path(self, node: Any) -> str:
        """A layer's name: that of its weights, or else what it does."""
        own = [name for name in node.input if isinstance(self.values.get(name), np.ndarray)]
        weights = next((name for name in own if "." in name and not name.startswith(("/", "."))), None)
        return str(weights.rpartition(".")[0] if weights else node.op_type.lower())[:150]


def _attributes(node: Any) -> Mapping[str, Any]:
    found: dict[str, Any] = {"outputs": len(node.output)}
    for attribute in node.attribute:
        match attribute.type:
            case 1:
                found[attribute.name] = attribute.f
            case 2:
                found[attribute.name] = attribute.i
            case 3:
                found[attribute.name] = attribute.s.decode(errors="replace")
            case 4:
                found[attribute.name] = _array(attribute.t, node.name)
            case 6:
                found[attribute.name] = list(attribute.floats)
            case 7:
                found[attribute.name] = list(attribute.ints)
            case 8:
                found[attribute.name] = [text.decode(errors="replace") for text in attribute.strings]
    return found


def _array(tensor: Any, name: str) -> np.ndarray[Any, Any]:
    """The numbers of a tensor; what the file does not hold is not made. Raises: Error M-TYPE."""
    from onnx import numpy_helper  # as above

    try:
        array: np.ndarray[Any, Any] = numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, OverflowError, MemoryError, RuntimeError):
        text = _("The numbers of {name} are damaged. Export the file again.")
        raise Error("M-TYPE", text.format(name=quote(name))) from None
    return array

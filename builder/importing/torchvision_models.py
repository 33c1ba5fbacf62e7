"""A torchvision classifier by name: made without weights, traced with torch.fx, and read into a graph."""

import importlib.metadata
from collections import Counter
from collections.abc import Iterator
from typing import Any, cast

import torch
import torchvision
from torch import fx, nn
from torch.overrides import TorchFunctionMode
from torchvision.models.shufflenetv2 import channel_shuffle

from builder.core.errors import Error, Problem
from builder.core.ids import nearest
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.importing.imported import Imported, imported
from builder.importing.sketch import Ref, Sketch, refuse, unimportable
from builder.importing.torch_functions import FUNCTIONS, Pieces, Weight, made
from builder.importing.torch_modules import MODULES, UnlikeError, parts, pointwise

USUAL = 224  # pixels
WHOLE = ("StochasticDepth", "LayerNorm2d")  # torchvision's own modules that are layers of ours
LEAST_OF_A_BLOCK = 4  # layers in a row that are worth one
# those with heads that only training uses; by themselves they would spend minutes on drawing weights
WITH_HEADS = ("googlenet", "inception_v3")
COLOURS = 3


def names() -> list[str]:
    """The classifiers that torchvision has."""
    return cast(list[str], torchvision.models.list_models(module=torchvision.models))


def torchvision_model(name: str) -> Imported:
    """The graph of a torchvision classifier.

    Raises: Error P-NONE (no such classifier), M-LAYER with every operation that is not in the catalogue.
    """
    if name not in names():
        guess = nearest(name, names())
        hint = _("Did you mean {guess}?").format(guess=quote(guess)) if guess else _("resnet18 is one.")
        text = _("torchvision has no classifier {name}. {hint}")
        raise Error("P-NONE", text.format(name=quote(name), hint=hint))
    model, pixels = _weightless(name), _pixels(name)
    spec = Spec((2, COLOURS, pixels, pixels), "float32", "N C H W")
    reading = _Reading(model, spec)
    entry, end = reading.run()
    version = importlib.metadata.version("torchvision").partition("+")[0]
    text = _(
        "{name} from torchvision {version}. It was made for colour images of {n} x {n} pixels and {classes} classes."
    )
    about = text.format(name=name, version=version, n=pixels, classes=end.spec.shape[1])
    heads = _("Its auxiliary heads lead nowhere yet: give them Outputs of their own, or delete them.")
    notes = (heads,) if name in WITH_HEADS else ()
    about = " ".join((about, *notes))
    return imported(reading.sketch, entry, end, title=name, about=about, notes=notes)


class _Weightless(TorchFunctionMode):
    """Layers are made without numbers, while what computes their sizes still computes."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        if func is torch.empty:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)


def _weightless(name: str) -> nn.Module:
    with _Weightless():
        settings = {"init_weights": False} if name in WITH_HEADS else {}
        model = torchvision.models.get_model(name, weights=None, **settings)
    return cast(nn.Module, model.to("meta").train(name in WITH_HEADS))


def _pixels(name: str) -> int:
    """The size of the images that a classifier was made for."""
    weights = torchvision.models.get_model_weights(name)
    chosen = getattr(weights, "DEFAULT", None)
    return int(chosen.transforms.keywords.get("crop_size", USUAL)) if chosen else USUAL


class _Tracer(fx.Tracer):
    def __init__(self) -> None:
        super().__init__(autowrap_functions=(channel_shuffle,))

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return type(m).__name__ in WHOLE or super().is_leaf_module(m, module_qualified_name)


class _Reading(fx.Interpreter):
    """Goes through the traced calls on the meta device, where sizes are computed, and sketches each."""

    def __init__(self, model: nn.Module, spec: Spec) -> None:
        try:
            graph = _Tracer().trace(model)
        except (fx.proxy.TraceError, TypeError, RuntimeError, ValueError, NotImplementedError) as error:
            reason = str(error).split("\n")[0][:120]
            raise Error("M-LAYER", _("torch.fx cannot follow this network: {reason}.").format(reason=reason)) from None
        super().__init__(fx.GraphModule(model, graph), garbage_collect_values=False)
        self.model, self.spec, self.sketch = model, spec, Sketch()
        self.known: dict[fx.Node, Any] = {}
        self.used: set[str] = set()
        self.blocks = _blocks(graph)

    def run(self) -> tuple[Ref, Ref]:  # type: ignore[override]
        """The sketch's input and its answer. Raises: Error M-LAYER."""
        refuse(list(self._unknown()))
        with torch.no_grad():
            super().run(torch.empty(self.spec.shape, device="meta"))
        end = next(node for node in self.graph.nodes if node.op == "output")
        found = self._value(end.args[0])
        answer = found[0] if isinstance(found, tuple) else found  # behind it stand the auxiliary heads
        if not isinstance(answer, Ref):
            raise Error("M-LAYER", _("This network has several outputs. Import one that has a single output."))
        return self.entry, answer

    def _unknown(self) -> Iterator[Problem]:
        for node in self.graph.nodes:
            if node.op == "call_module":
                name = type(self.model.get_submodule(str(node.target))).__name__
                if name not in MODULES:
                    yield unimportable(str(node.target), name)
            elif node.op.startswith("call_") and not _gathers(node) and _name(node) not in FUNCTIONS.keys() | PLAIN:
                yield unimportable(_where(node), _name(node))

    def run_node(self, n: fx.Node) -> Any:
        value = super().run_node(n)
        if n.op == "placeholder":
            self.entry = self.known[n] = self.sketch.input("input", self.spec)
        elif n.op == "get_attr":
            self.known[n] = Weight(str(n.target), tuple(value.shape))
        elif _gathers(n):
            self.known[n] = tuple(self._value(arg) for arg in n.args)
        elif n.op == "output" or not _is_tensor(value):
            pass  # a size, or a check of one: a value like others
        else:
            try:
                self.known[n] = self._module(n) if n.op == "call_module" else self._function(n)
            except UnlikeError as error:
                raise Error.of([unimportable(_where(n), _name(n), str(error))]) from None
        return value

    def _module(self, node: fx.Node) -> Any:
        path = str(node.target)
        module = self.model.get_submodule(path)
        last = self._value(node.args[0])
        if any(True for _weight in module.parameters()):
            if path in self.used:
                raise UnlikeError(_("Its weights are used twice."))
            self.used.add(path)
        found = parts(module) or ()
        if [part.type for part in found] == ["Linear"] and last.rank == 4:
            found = pointwise(found[0])
        for part in found:
            tensors = {name: f"{path}.{name}" for name in part.tensors}
            last = self.sketch.add(path, part.type, part.params, [last], scopes=self._scopes(node), tensors=tensors)
        return last

    def _function(self, node: fx.Node) -> Any:
        args = tuple(self._value(arg) for arg in node.args)
        kwargs = {name: self._value(arg) for name, arg in node.kwargs.items()}
        found = made(_name(node), args, kwargs)
        if found is None or isinstance(found, Ref | Pieces):
            return found
        type, params, sources = found
        weight = params.pop("weight", None)
        path = f"{_path(node)}.{type.lower()}".removeprefix(".")
        tensors = {"weight": weight} if weight else None
        return self.sketch.add(path, type, params, sources, scopes=self._scopes(node), tensors=tensors)

    def _value(self, arg: Any) -> Any:
        """An argument: what a traced call gave in the sketch, or else its value."""
        return fx.node.map_arg(arg, lambda node: self.known.get(node, self.env.get(node)))

    def _scopes(self, node: fx.Node) -> tuple[str, ...]:
        return tuple(path for path, _type in _stack(node) if path in self.blocks)


# what only deals with sizes
PLAIN = frozenset({"getattr", "size", "dim", "floordiv", "eq", "ne", "_assert", "truediv", "mod"})


def _name(node: fx.Node) -> str:
    if node.op == "call_module":
        return str(node.target)
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))


def _gathers(node: fx.Node) -> bool:
    """Whether a call only puts several outputs side by side."""
    return isinstance(node.target, type) and issubclass(node.target, tuple)


def _stack(node: fx.Node) -> list[tuple[str, str]]:
    """The modules around a call, from the outside in, by path and class."""
    found = node.meta.get("nn_module_stack") or {}
    return [(path, _class_of(type)) for path, type in found.values()]


def _class_of(type: Any) -> str:
    return type if isinstance(type, str) else f"{type.__module__}.{type.__name__}"


def _path(node: fx.Node) -> str:
    """Where a call stands: the path of the module around it."""
    if node.op == "call_module":
        return str(node.target)
    stack = _stack(node)
    return stack[-1][0] if stack else ""


def _where(node: fx.Node) -> str:
    """Where a call stands, for people."""
    return _path(node) or node.name


def _is_tensor(value: Any) -> bool:
    items = value if isinstance(value, tuple | list) and not isinstance(value, torch.Size) else [value]
    return any(isinstance(item, torch.Tensor) for item in items)


def _blocks(graph: fx.Graph) -> set[str]:
    """The modules that become blocks: those whose class the network has more than once, where they hold enough."""
    calls = Counter(path for node in graph.nodes for path, _type in dict.fromkeys(_stack(node)))
    classes = {path: type for node in graph.nodes for path, type in _stack(node)}
    often = Counter(type for type in classes.values())
    return {
        path
        for path, type in classes.items()
        if often[type] > 1 and not type.startswith("torch.nn.") and calls[path] >= LEAST_OF_A_BLOCK
    }

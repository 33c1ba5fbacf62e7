"""What a layer does to its inputs, found on torch's meta device: shapes and costs without any numbers."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from types import CodeType, SimpleNamespace
from typing import Any, cast

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from builder.compiler.report import NOTHING, Kept
from builder.core.specs import DType, Spec
from builder.core.text import _
from builder.layers import Call, Layer
from builder.layers.layer import Complaint

DTYPES: dict[DType, torch.dtype] = {"float32": torch.float32, "int64": torch.int64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


@dataclass(frozen=True)
class Traced:
    """What a layer gives for one kind of input: output, numbers that it has and learns, FLOPs of one sample."""

    spec: Spec
    params: int
    flops: int
    trainable: int = 0
    kept: Kept = NOTHING


@lru_cache(maxsize=16_384)
def trace(layer: Layer, inputs: tuple[Spec, ...]) -> Traced | Complaint:
    """Try a layer out on inputs whose axes it accepts. The result is kept, so an edit costs what it changes."""
    complaint = next(layer.complaints(*inputs), None)
    if complaint:
        return complaint
    try:
        return _try(layer, inputs)
    except (RuntimeError, ValueError, TypeError, IndexError, OverflowError) as error:
        reason = str(error).split("\n")[0][:160]
        return Complaint(_("torch refuses it: {reason}").format(reason=reason))


def _try(layer: Layer, inputs: tuple[Spec, ...]) -> Traced:
    stated, params = layer.output(*inputs), layer.numbers(*inputs)
    module = None
    if (stated is None or params is None) and (call := layer.module(*inputs)):
        with torch.device("meta"):
            module = construct(call)
    if params is None:
        params = sum(p.numel() for p in module.parameters()) if module else 0
    trainable = params if layer.learns() else 0
    if stated:
        kept = Kept(tuple(range(len(inputs))), True, layer.kept(*inputs))
        return Traced(stated, params, layer.flops(*inputs), trainable, kept)
    if module:
        module.requires_grad_(layer.learns())
    names = [f"x{i}" for i in range(len(inputs))]
    values = [torch.empty(x.shape, dtype=DTYPES[x.dtype], device="meta") for x in inputs]
    given = [value.requires_grad_() if value.is_floating_point() else value for value in values]
    saved = _Saved()
    with _Count() as counted, saved:  # type: ignore[no-untyped-call]
        names_of = {"module": module, **dict(zip(names, given, strict=True))}
        y = evaluate(layer.forward("module", *names), names_of, training=True)
    axes = type(layer).gives or (inputs[0].axes if len(y.shape) == len(inputs[0].shape) else "")
    dtype = NAMES[y.dtype]
    categories = inputs[0].categories if dtype == "int64" else None  # what only arranges tokens leaves them tokens
    spec = Spec(tuple(y.shape), dtype, axes or AXES_OF_RANK.get(y.dim(), ""), categories)
    samples = inputs[0].shape[0]
    return Traced(spec, params, counted.flops // samples, trainable, saved.kept(values, y, module, samples))


class _Saved(torch.autograd.graph.saved_tensors_hooks):
    """Sees what autograd keeps for the way back: the same on the meta device as in a training on a processor."""

    def __init__(self) -> None:
        self.storages: dict[int, torch.UntypedStorage] = {}
        super().__init__(self._pack, lambda tensor: tensor)

    def _pack(self, tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        self.storages[storage._cdata] = storage
        return tensor

    def kept(self, values: list[torch.Tensor], y: torch.Tensor, module: nn.Module | None, samples: int) -> Kept:
        """What was seen, apart from weights, which are there anyway."""
        entered = [value.untyped_storage()._cdata for value in values]
        left = y.untyped_storage()._cdata
        weights = (*module.parameters(), *module.buffers()) if module else ()
        known = {*entered, left, *(weight.untyped_storage()._cdata for weight in weights)}
        own = sum(storage.nbytes() for key, storage in self.storages.items() if key not in known)
        inputs = tuple(i for i, key in enumerate(entered) if key in self.storages)
        view = entered.index(left) if left in entered else None
        turns = any(isinstance(part, nn.Conv2d) for part in module.modules()) if module else False
        return Kept(inputs, left in self.storages, own // samples, view, turns)


AXES_OF_RANK = {2: "N F", 3: "N L F", 4: "N C H W", 5: "N C D H W"}
# what an expression sees as `self`
NETWORKS = {training: SimpleNamespace(training=training) for training in (False, True)}


class _Count(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds up FLOPs as torch's own counter does (a multiply-add is two), without its report."""

    flops = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func._overloadpacket)
        if formula is not None:
            self.flops += formula(*args, **(kwargs or {}), out_val=out)
        return out


def constructor(name: str) -> Callable[..., nn.Module]:
    """What a call's name stands for."""
    first, *rest = name.split(".")
    found: Any = nn
    if first != "nn":
        # imported here, not above: few networks need it, and it takes seconds
        from torchvision import models
        from torchvision.models.feature_extraction import create_feature_extractor

        found = {"models": models, "create_feature_extractor": create_feature_extractor}[first]
    for word in rest:
        found = getattr(found, word)
    return cast(Callable[..., nn.Module], found)


def construct(call: Call) -> nn.Module:
    """The module that a call describes."""
    args = (construct(value) if isinstance(value, Call) else value for value in call.args)
    module = constructor(call.name)(*args, **call.kwargs)
    return module if call.learned else module.requires_grad_(False)


@cache
def defaults(name: str) -> dict[str, Any]:
    """The defaults of a constructor's arguments, which generated source need not repeat."""
    signature = inspect.signature(constructor(name))
    found = {p.name: p.default for p in signature.parameters.values() if p.default is not inspect.Parameter.empty}
    # recurrent layers take theirs as keywords and document them instead
    recurrent = {"num_layers": 1, "batch_first": False, "dropout": 0.0, "bidirectional": False}
    return recurrent if name in ("nn.RNN", "nn.LSTM", "nn.GRU") else found


@cache
def _compiled(expression: str) -> CodeType:
    return compile(expression, "<layer>", "eval")


def evaluate(expression: str, names: dict[str, Any], training: bool = False) -> torch.Tensor:
    """The value of a layer's forward expression. Expressions are written by layers, never by users."""
    names = {"torch": torch, "nn": nn, "self": NETWORKS[training]} | names
    return cast(torch.Tensor, eval(_compiled(expression), names))

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

from builder.core.specs import DType, Spec
from builder.core.text import _
from builder.layers import Call, Layer
from builder.layers.layer import Complaint

DTYPES: dict[DType, torch.dtype] = {"float32": torch.float32, "int64": torch.int64}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


@dataclass(frozen=True)
class Traced:
    """What a layer gives for one kind of input: output, numbers learned, FLOPs of one sample."""

    spec: Spec
    params: int
    flops: int


@lru_cache(maxsize=16_384)
def trace(layer: Layer, inputs: tuple[Spec, ...]) -> Traced | Complaint:
    """Try a layer out on inputs whose axes it accepts. The result is kept, so an edit costs what it changes."""
    complaint = next(layer.complaints(*inputs), None)
    if complaint:
        return complaint
    try:
        with torch.no_grad():
            return _try(layer, inputs)
    except (RuntimeError, ValueError, TypeError, IndexError, OverflowError) as error:
        reason = str(error).split("\n")[0][:160]
        return Complaint(_("torch refuses it: {reason}").format(reason=reason))


def _try(layer: Layer, inputs: tuple[Spec, ...]) -> Traced:
    stated, numbers = layer.output(*inputs), layer.numbers(*inputs)
    if stated and numbers is not None:
        return Traced(stated, numbers, layer.flops(*inputs))
    call = layer.module(*inputs)
    module = None
    if call:
        with torch.device("meta"):
            module = construct(call).eval()
    params = sum(p.numel() for p in module.parameters()) if module else 0
    if stated:
        return Traced(stated, params, layer.flops(*inputs))
    names = [f"x{i}" for i in range(len(inputs))]
    values = {n: torch.empty(x.shape, dtype=DTYPES[x.dtype], device="meta") for n, x in zip(names, inputs, strict=True)}
    with _Count() as counted:  # type: ignore[no-untyped-call]
        y = evaluate(layer.forward("module", *names), {"module": module, **values})
    axes = type(layer).gives or (inputs[0].axes if len(y.shape) == len(inputs[0].shape) else "")
    dtype = NAMES[y.dtype]
    categories = inputs[0].categories if dtype == "int64" else None  # what only arranges tokens leaves them tokens
    spec = Spec(tuple(y.shape), dtype, axes or AXES_OF_RANK.get(y.dim(), ""), categories)
    return Traced(spec, params, counted.flops // inputs[0].shape[0])


AXES_OF_RANK = {2: "N F", 3: "N L F", 4: "N C H W", 5: "N C D H W"}
NETWORK = SimpleNamespace(training=False)  # what an expression sees as `self`


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


def evaluate(expression: str, names: dict[str, Any]) -> torch.Tensor:
    """The value of a layer's forward expression. Expressions are written by layers, never by users."""
    return cast(torch.Tensor, eval(_compiled(expression), {"torch": torch, "self": NETWORK}, names))

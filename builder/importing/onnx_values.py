"""What flows along the wires of an ONNX graph while it is read, and where its operators are written as layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from builder.core.text import _
from builder.importing.sketch import Ref, Sketch

BATCH = 1_000_003  # stands for the batch size in what is computed from shapes; a prime, so that it is known again
Array = NDArray[Any]


class UnreadError(Exception):
    """Something that no layer of the catalogue can be; the text says what."""


@dataclass(frozen=True)
class TimeFirst:
    """A sequence whose steps stand before the samples, as ONNX's recurrent operators want it."""

    ref: Ref


@dataclass(frozen=True)
class Zeros:
    """A state of zeros, of whatever shape."""


@dataclass
class Desk:
    """Where one operator is written. `tensors` collects the weights in the form in which torch keeps them."""

    sketch: Sketch
    tensors: dict[str, Tensor]
    path: str = ""
    count: int = 0
    batch: int | None = None  # where the file fixes it
    alone: bool = True  # whether no other operator uses its inputs

    def put(
        self, type: str, params: Mapping[str, Any], *sources: Ref, weights: Mapping[str, Array] | None = None
    ) -> Ref:
        """A layer with its weights by their names in its module."""
        path = self.path if not self.count else f"{self.path}_{type.lower()}"
        self.count += 1
        names: dict[str, str] = {}
        for name in weights or {}:
            names[name] = f"{len(self.sketch.ops)}.{name}"
        made = self.sketch.add(path, type, params, sources, tensors=names)
        for name, array in (weights or {}).items():
            # a copy: what the file gives cannot be written to
            self.tensors[names[name]] = torch.from_numpy(np.array(array, np.float32, order="C"))
        return made

    def with_bias(self, linear: Ref, bias: Array) -> Ref:
        """A Linear that stands there already, with an offset."""
        op = self.sketch.ops[linear.op]
        name = f"{linear.op}.bias"
        params = {key: value for key, value in op.params.items() if key != "bias"}
        self.sketch.ops[linear.op] = replace(op, params=params, tensors={**op.tensors, "bias": name})
        self.tensors[name] = torch.from_numpy(np.array(bias, np.float32, order="C"))
        return linear


def optional(values: Sequence[Any], index: int) -> Any:
    """An optional input."""
    return values[index] if index < len(values) else None


def ref(value: Any) -> Ref:
    """A tensor that depends on the data. Raises: UnreadError."""
    if not isinstance(value, Ref):
        raise UnreadError(_("It takes a constant where data is expected."))
    return value


def constant(value: Any, name: str) -> Array:
    """A tensor that the file holds. Raises: UnreadError."""
    if not isinstance(value, np.ndarray):
        raise UnreadError(_("{name} is not a constant.").format(name=name))
    return value


def ints(value: Any, name: str) -> list[int]:
    """A list of whole numbers, from an attribute or a constant."""
    array = np.asarray(value if isinstance(value, list | tuple) else constant(value, name))
    if array.dtype.kind not in "iu" or array.size > 64:
        raise UnreadError(_("{name} is no list of whole numbers.").format(name=name))
    return [int(n) for n in array.reshape(-1)]


def scalar(value: Any, name: str) -> float:
    """One number."""
    array = constant(value, name)
    if array.size != 1:
        raise UnreadError(_("{name} is no single number.").format(name=name))
    return float(array.reshape(-1)[0])

"""The operators of an ONNX file that only compute sizes: carried out at once, on a few numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from builder.importing.onnx_values import Array

MOST = 10_000  # numbers
Attributes = Mapping[str, Any]
TYPES = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 11: np.float64}


def _constant(values: Sequence[Array], attributes: Attributes) -> Array:
    names = ("value", "value_float", "value_floats", "value_int", "value_ints")
    found = next(attributes[name] for name in names if name in attributes)
    if isinstance(found, np.ndarray):
        return found
    return np.array(found, np.float32 if "float" in str(type(found)) else None)


def _axes(values: Sequence[Array], attributes: Attributes) -> list[int]:
    given = attributes["axes"] if "axes" in attributes else values[1]
    return [int(n) for n in np.asarray(given).reshape(-1)]


def _unsqueeze(values: Sequence[Array], attributes: Attributes) -> Array:
    return np.expand_dims(values[0], tuple(_axes(values, attributes)))


def _squeeze(values: Sequence[Array], attributes: Attributes) -> Array:
    return np.squeeze(values[0], tuple(_axes(values, attributes)))


def _slice(values: Sequence[Array], attributes: Attributes) -> Array:
    first = values[0]
    starts, ends = (
        attributes.get(name, values[at] if at < len(values) else None) for at, name in ((1, "starts"), (2, "ends"))
    )
    if first.ndim != 1 or len(np.atleast_1d(starts)) != 1:
        raise ValueError("slices of several axes")
    step = int(np.atleast_1d(values[4])[0]) if len(values) > 4 and values[4] is not None else 1
    return first[int(np.atleast_1d(starts)[0]) : int(np.atleast_1d(ends)[0]) : step]


def _divided(values: Sequence[Array], attributes: Attributes) -> Array:
    a, b = values
    return a // b if a.dtype.kind in "iu" else a / b


FOLDED: dict[str, Callable[[Sequence[Array], Attributes], Array]] = {
    "Constant": _constant,
    "Gather": lambda values, attributes: np.take(values[0], values[1], axis=attributes.get("axis", 0)),
    "Concat": lambda values, attributes: np.concatenate(list(values), axis=attributes["axis"]),
    "Unsqueeze": _unsqueeze,
    "Squeeze": _squeeze,
    "Slice": _slice,
    "Cast": lambda values, attributes: values[0].astype(TYPES[attributes["to"]]),
    "Add": lambda values, attributes: values[0] + values[1],
    "Sub": lambda values, attributes: values[0] - values[1],
    "Mul": lambda values, attributes: values[0] * values[1],
    "Div": _divided,
    "Reshape": lambda values, attributes: values[0].reshape([int(n) for n in values[1]]),
    "Identity": lambda values, attributes: values[0],
}


def is_folded(name: str, values: Sequence[Any]) -> bool:
    """Whether an operator has only a few constants for inputs."""
    if name not in FOLDED:
        return False
    return all(value is None or (isinstance(value, np.ndarray) and value.size <= MOST) for value in values)

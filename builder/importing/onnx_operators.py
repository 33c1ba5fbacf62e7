"""ONNX operators as layers of the catalogue, by name. Each gets its inputs' values and its attributes.

Source: the operators' definitions in ONNX's own documentation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.core.text import _
from builder.importing.onnx_recurrent import Taken, recurrent, states, taken
from builder.importing.onnx_values import (
    BATCH,
    Desk,
    TimeFirst,
    UnreadError,
    Zeros,
    constant,
    ints,
    optional,
    ref,
    scalar,
)
from builder.importing.onnx_windows import conv, conv_transposed, depth_to_space, pad, pool, pool_all, resize
from builder.importing.sketch import Ref

SOFT = 20.0  # from which number on torch's Softplus is straight
Attributes = Mapping[str, Any]
Read = Callable[[Desk, Sequence[Any], Attributes], Any]


def _linear(desk: Desk, x: Any, weight: Any, bias: Any = None) -> Ref:
    """Params: `weight` (out, in)."""
    weights = {"weight": weight} | ({} if bias is None else {"bias": bias})
    return desk.put("Linear", {"out_features": weight.shape[0], "bias": bias is not None}, ref(x), weights=weights)


def _gemm(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    alpha, beta = attributes.get("alpha", 1.0), attributes.get("beta", 1.0)
    if attributes.get("transA", 0):
        raise UnreadError(_("transA is not read."))
    weight = constant(values[1], "B") * np.float32(alpha)
    weight = weight if attributes.get("transB", 0) else weight.T
    bias = optional(values, 2)
    if bias is not None:
        bias = np.broadcast_to(constant(bias, "C").reshape(-1) * np.float32(beta), (weight.shape[0],))
    return _linear(desk, values[0], weight, bias)


def _matmul(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    if isinstance(values[1], np.ndarray):
        if values[1].ndim != 2:
            raise UnreadError(_("Its weights have {n} axes.").format(n=values[1].ndim))
        return _linear(desk, values[0], values[1].T)
    return desk.put("MatMul", {}, ref(values[0]), ref(values[1]))


def _add(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    data, other = values if isinstance(values[0], Ref) else reversed(list(values))
    if isinstance(other, Ref):
        return desk.put("Add", {}, ref(values[0]), ref(values[1]))
    last = desk.sketch.ops[ref(data).op]
    array = constant(other, "B")
    # a Linear whose offset stands apart
    if desk.alone and last.type == "Linear" and "bias" not in last.tensors and array.shape == (last.spec.shape[-1],):
        return desk.with_bias(data, array)
    raise UnreadError(_("It adds a constant."))


def _mul(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    data, other = values if isinstance(values[0], Ref) else reversed(list(values))
    if isinstance(other, Ref):
        return desk.put("Multiply", {}, ref(values[0]), ref(values[1]))
    x, array = ref(data), constant(other, "B")
    if x.rank == 4 and array.size == x.spec.shape[1] and array.shape[-3:] == (array.size, 1, 1):
        weight = array.reshape(-1, 1, 1, 1)
        return desk.put("DepthwiseConv2d", {"kernel_size": 1, "bias": False}, x, weights={"weight": weight})
    raise UnreadError(_("It multiplies by a constant."))


def _join(type: str) -> Read:
    def read(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
        sources = [ref(value) for value in values]
        return desk.put(type, {}, *sources) if len(sources) > 1 else sources[0]

    return read


def _batch_norm(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    if attributes.get("training_mode", 0):
        raise UnreadError(_("It is exported for training."))
    x = ref(values[0])
    names = ("weight", "bias", "running_mean", "running_var")
    weights = {name: constant(value, name) for name, value in zip(names, values[1:5], strict=True)}
    params = {"eps": _short(attributes.get("epsilon", 1e-5)), "momentum": _short(1 - attributes.get("momentum", 0.9))}
    return desk.put(f"BatchNorm{max(1, x.rank - 2)}d", params, x, weights=weights)


def _short(value: float) -> float:
    """A float32 as people write it."""
    return float(f"{value:.6g}")


def _layer_norm(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    x = ref(values[0])
    if attributes.get("axis", -1) % x.rank != x.rank - 1:
        raise UnreadError(_("It is over several axes."))
    weight = constant(values[1], "Scale")
    offset = np.zeros_like(weight) if optional(values, 2) is None else constant(values[2], "B")
    params = {"eps": _short(attributes.get("epsilon", 1e-5))}
    return desk.put("LayerNorm", params, x, weights={"weight": weight, "bias": offset})


def _instance_norm(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    weights = {"weight": constant(values[1], "scale"), "bias": constant(values[2], "B")}
    params = {"eps": _short(attributes.get("epsilon", 1e-5)), "affine": True}
    return desk.put("InstanceNorm2d", params, ref(values[0]), weights=weights)


def _reduced(whole: str, grid: str, over_time: str) -> Read:
    def read(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
        x = ref(values[0])
        given = attributes.get("axes", optional(values, 1))
        if given is None:
            raise UnreadError(_("It is over all axes."))
        axes = sorted(axis % x.rank for axis in ints(given, "axes"))
        keep = attributes.get("keepdims", 1)
        if axes == list(range(2, x.rank)) and (x.rank > 3 or not keep):
            return desk.put(f"{grid}{x.rank - 2}d", {"output_size": 1}, x) if keep else desk.put(whole, {}, x)
        if axes == [1] and x.rank == 3 and not keep:
            return desk.put(over_time, {}, x)
        raise UnreadError(_("It is over axes {axes}.").format(axes=axes))

    return read


def _on_each(type: str, **names: tuple[str, float]) -> Read:
    """A layer on each number: our parameter = (the attribute, its default)."""

    def read(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
        params = {ours: _short(attributes.get(key, default)) for ours, (key, default) in names.items()}
        if isinstance(values[0], TimeFirst):
            return TimeFirst(desk.put(type, params, values[0].ref))
        return desk.put(type, params, ref(values[0]))

    return read


def _hard_sigmoid(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    if abs(attributes.get("alpha", 0.2) - 1 / 6) > 1e-4 or abs(attributes.get("beta", 0.5) - 0.5) > 1e-6:
        raise UnreadError(_("Its slope is not 1/6."))
    return desk.put("Hardsigmoid", {}, ref(values[0]))


def _gelu(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    return desk.put("GELU", {"approximate": attributes.get("approximate", "none")}, ref(values[0]))


def _prelu(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    x, slope = ref(values[0]), constant(values[1], "slope")
    many = slope.size > 1
    if many and (
        slope.size != x.spec.shape[1] or (slope.ndim > 1 and max(slope.shape[-(x.rank - 2) or slope.ndim :]) > 1)
    ):
        raise UnreadError(_("It has a slope for each number."))
    params = {"num_parameters": "channels" if many else "one"}
    return desk.put("PReLU", params, x, weights={"weight": slope.reshape(-1)})


def _softmax(type: str) -> Read:
    def read(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
        x = ref(values[0])
        if attributes.get("axis", -1) % x.rank != x.rank - 1:
            raise UnreadError(_("It is not over the last axis."))
        return desk.put(type, {}, x)

    return read


def _clip(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    low, high = (attributes.get(name, optional(values, at)) for at, name in ((1, "min"), (2, "max")))
    low, high = (
        value if value is None or isinstance(value, float) else scalar(value, "bound") for value in (low, high)
    )
    if low == 0 and (high is None or high > 1e30):
        return desk.put("ReLU", {}, ref(values[0]))
    if (low, high) == (0, 6):
        return desk.put("ReLU6", {}, ref(values[0]))
    if low is None or high is None:
        raise UnreadError(_("It has one bound."))
    return desk.put("Hardtanh", {"min_val": _short(low), "max_val": _short(high)}, ref(values[0]))


def _dropout(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    ratio = attributes.get("ratio", 0.5) if optional(values, 1) is None else scalar(values[1], "ratio")
    return desk.put("Dropout", {"p": _short(ratio)}, ref(values[0]))


def _flatten(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    x = ref(values[0])
    if attributes.get("axis", 1) != 1:
        raise UnreadError(_("Its axis is not 1."))
    return x if x.rank == 2 else desk.put("Flatten", {}, x)


def _reshape(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    sizes = ints(values[1], "shape")
    if isinstance(values[0], Taken):
        return states(desk, values[0], sizes)
    x = ref(values[0])
    if not attributes.get("allowzero", 0):
        sizes = [x.spec.shape[at] if n == 0 and at and at < x.rank else n for at, n in enumerate(sizes)]
    first, rest = sizes[0], sizes[1:]
    if first not in (0, BATCH, -1, desk.batch) or (first == -1 and -1 in rest) or not rest:
        raise UnreadError(_("It mixes samples."))
    if first == -1 and int(np.prod(rest)) != x.spec.elements:
        raise UnreadError(_("It mixes samples."))
    flat = len(rest) == 1 and rest[0] in (-1, x.spec.elements)
    if flat:
        return x if x.rank == 2 else desk.put("Flatten", {}, x)
    return desk.put("Reshape", {"shape": rest}, x)


def _transpose(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    order = list(attributes.get("perm", []))
    if isinstance(values[0], Taken):
        return values[0].ordered(order)
    if isinstance(values[0], TimeFirst):
        if order == [1, 0, 2]:
            return values[0].ref
        raise UnreadError(_("It mixes samples."))
    x = ref(values[0])
    order = order or list(reversed(range(x.rank)))
    if order == [1, 0, 2]:
        return TimeFirst(x)
    return desk.put("Permute", {"dims": order}, x)


def _squeeze(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    axes = ints(attributes.get("axes", optional(values, 1)), "axes")
    if isinstance(values[0], Taken):
        return values[0].squeezed(desk, axes)
    x = ref(values[0])
    for axis in sorted((axis % x.rank for axis in axes), reverse=True):
        x = desk.put("Squeeze", {"dim": axis}, x)
    return x


def _unsqueeze(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    x, axes = ref(values[0]), ints(attributes.get("axes", optional(values, 1)), "axes")
    for axis in sorted(axis % (x.rank + len(axes)) for axis in axes):
        x = desk.put("Unsqueeze", {"dim": axis}, x)
    return x


def _concat(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    if all(isinstance(value, Taken) for value in values):
        return taken(desk, values, attributes["axis"])
    sources = [ref(value) for value in values]
    return desk.put("Concat", {"dim": attributes["axis"] % sources[0].rank}, *sources)


def _slice(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    starts, ends = (ints(attributes.get(n, optional(values, i)), n) for i, n in ((1, "starts"), (2, "ends")))
    axes = attributes.get("axes", optional(values, 3))
    axes = list(range(len(starts))) if axes is None else ints(axes, "axes")
    steps = [1] if optional(values, 4) is None else ints(values[4], "steps")
    if set(steps) != {1}:
        raise UnreadError(_("It leaves gaps."))
    if isinstance(values[0], Zeros):
        return values[0]
    if isinstance(values[0], Taken):
        return values[0].sliced(starts, ends, axes)
    x = ref(values[0])
    for start, end, axis in zip(starts, ends, axes, strict=True):
        axis %= x.rank
        whole = x.spec.shape[axis]
        if axis == 0:
            raise UnreadError(_("It leaves out samples."))
        params = {"dim": axis, "start": max(start, -whole), "end": None if end >= whole else max(end, -whole)}
        x = desk.put("Slice", params, x)
    return x


def _split(desk: Desk, values: Sequence[Any], attributes: Attributes) -> list[Ref]:
    x = ref(values[0])
    axis = attributes.get("axis", 0) % x.rank
    given = attributes.get("split", optional(values, 1))
    if given is None:
        n = attributes.get("num_outputs", attributes["outputs"])
        part = -(-x.spec.shape[axis] // n)
        sizes = [min(part, x.spec.shape[axis] - at * part) for at in range(n)]
    else:
        sizes = ints(given, "split")
    if axis == 0 or sum(sizes) != x.spec.shape[axis] or len(sizes) > 256:
        raise UnreadError(_("Its parts do not fit."))
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    ends = [start + n for start, n in zip(starts, sizes, strict=True)]
    return [desk.put("Slice", {"dim": axis, "start": a, "end": b}, x) for a, b in zip(starts, ends, strict=True)]


def _gather(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    data, index = values
    if isinstance(data, np.ndarray) and isinstance(index, Ref):
        if data.ndim != 2 or attributes.get("axis", 0) != 0:
            raise UnreadError(_("It is no table of vectors."))
        params = {"embedding_dim": data.shape[1], "padding_idx": None}
        return desk.put("Embedding", params, index, weights={"weight": data})
    at = ints(np.atleast_1d(constant(index, "indices")), "indices")
    if isinstance(data, Taken):
        return data.sliced(at, [n + 1 or BATCH for n in at], [attributes.get("axis", 0)]).squeezed(desk, [0])
    if isinstance(data, TimeFirst):
        x, axis = data.ref, {0: 1, 1: 0}.get(attributes.get("axis", 0), 2)
    else:
        x = ref(data)
        axis = attributes.get("axis", 0) % x.rank
    if len(at) != 1 or np.ndim(index) or axis == 0:
        raise UnreadError(_("It picks several."))
    if axis == 1 and x.rank == 3 and at[0] in (-1, x.spec.shape[1] - 1):
        return desk.put("LastStep", {}, x)
    end = None if at[0] == -1 else at[0] + 1
    return desk.put("Squeeze", {"dim": axis}, desk.put("Slice", {"dim": axis, "start": at[0], "end": end}, x))


def _shape(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    batch = desk.batch or BATCH
    match values[0]:
        case Taken():
            sizes = values[0].sizes(batch)
        case TimeFirst():
            _samples, steps, width = values[0].ref.spec.shape
            sizes = (steps, batch, width)
        case _:
            sizes = (batch, *ref(values[0]).spec.shape[1:])
    return np.array(sizes[attributes.get("start", 0) : attributes.get("end")], np.int64)


def _expand(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    if isinstance(values[0], np.ndarray) and not np.any(values[0]):
        return Zeros()
    raise UnreadError(_("It repeats numbers."))


def _zeros(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    value = attributes.get("value")
    if value is None or not np.any(value):
        return Zeros()
    raise UnreadError(_("It makes numbers."))


@dataclass(frozen=True)
class _Above:
    """Where a tensor is larger than a number."""

    ref: Ref
    threshold: float


def _greater(desk: Desk, values: Sequence[Any], attributes: Attributes) -> _Above:
    return _Above(ref(values[0]), scalar(values[1], "B"))


def _where(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    """A Softplus that is straight where it would overflow, as torch writes it."""
    above, straight, bent = values
    soft = desk.sketch.ops[ref(bent).op]
    same = isinstance(above, _Above) and above.ref == straight and soft.sources == (above.ref.op,)
    if not same or soft.type != "Softplus" or above.threshold != SOFT:
        raise UnreadError(_("It chooses between numbers."))
    return ref(bent)


def _same(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Any:
    return values[0]


OPERATORS: dict[str, Read] = {
    "Conv": conv, "ConvTranspose": conv_transposed, "Gemm": _gemm, "MatMul": _matmul,
    "Add": _add, "Mul": _mul, "Sub": _join("Subtract"), "Max": _join("Maximum"), "Min": _join("Minimum"),
    "Sum": _join("Add"), "Mean": _join("Average"), "Concat": _concat,
    "BatchNormalization": _batch_norm, "LayerNormalization": _layer_norm, "InstanceNormalization": _instance_norm,
    "MaxPool": pool("MaxPool"), "AveragePool": pool("AvgPool"),
    "GlobalAveragePool": pool_all("AdaptiveAvgPool"), "GlobalMaxPool": pool_all("AdaptiveMaxPool"),
    "ReduceMean": _reduced("GlobalAvgPool", "AdaptiveAvgPool", "MeanOverTime"),
    "ReduceMax": _reduced("GlobalMaxPool", "AdaptiveMaxPool", "MaxOverTime"),
    "Relu": _on_each("ReLU"), "Sigmoid": _on_each("Sigmoid"), "Tanh": _on_each("Tanh"),
    "LeakyRelu": _on_each("LeakyReLU", negative_slope=("alpha", 0.01)), "Elu": _on_each("ELU", alpha=("alpha", 1.0)),
    "Celu": _on_each("CELU", alpha=("alpha", 1.0)), "Selu": _on_each("SELU"), "Mish": _on_each("Mish"),
    "Softplus": _on_each("Softplus"), "Softsign": _on_each("Softsign"), "HardSwish": _on_each("Hardswish"),
    "HardSigmoid": _hard_sigmoid, "Gelu": _gelu, "PRelu": _prelu, "Clip": _clip,
    "Softmax": _softmax("Softmax"), "LogSoftmax": _softmax("LogSoftmax"), "Dropout": _dropout,
    "Flatten": _flatten, "Reshape": _reshape, "Transpose": _transpose, "Squeeze": _squeeze, "Unsqueeze": _unsqueeze,
    "Slice": _slice, "Split": _split, "Gather": _gather, "Pad": pad, "Resize": resize, "Upsample": resize,
    "DepthToSpace": depth_to_space, "Shape": _shape, "Expand": _expand, "ConstantOfShape": _zeros,
    "Greater": _greater,
    "Where": _where,
    "Identity": _same, "Cast": _same,
    **{name: recurrent(name) for name in ("LSTM", "GRU", "RNN")},
}  # fmt: skip

"""torch's functions and tensor methods as layers of the catalogue, by name, whichever way they are called."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any

from builder.importing.sketch import Ref, size
from builder.importing.torch_modules import UnlikeError

Made = tuple[str, dict[str, Any], list[Ref]]  # a layer's type and parameters, and what feeds it


@dataclass(frozen=True)
class Weight:
    """A parameter that a function uses by itself."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Pieces:
    """What splits a tensor; one of its parts is taken next."""

    source: Ref
    chunks: int
    dim: int


def _axes(x: Ref, dims: Any) -> list[int]:
    found = list(dims) if isinstance(dims, list | tuple) else [dims]
    return sorted(dim % x.rank for dim in found)


def _join(type: str) -> Callable[..., Made | Ref]:
    def read(x: Any, y: Any, *, alpha: float = 1) -> Made | Ref:
        if not isinstance(x, Ref) or not isinstance(y, Ref) or alpha != 1:
            raise UnlikeError("with a number")
        return type, {}, [x, y]

    return read


def _mul(x: Any, y: Any) -> Made:
    if isinstance(x, Weight):
        x, y = y, x
    if isinstance(x, Ref) and isinstance(y, Weight):
        if x.rank == 4 and y.shape == (x.spec.shape[1], 1, 1):
            return "DepthwiseConv2d", {"kernel_size": 1, "bias": False, "weight": y.name}, [x]
        raise UnlikeError(f"with weights of {y.shape}")
    if not isinstance(x, Ref) or not isinstance(y, Ref):
        raise UnlikeError("with a number")
    return "Multiply", {}, [x, y]


def _cat(tensors: list[Ref], dim: int = 0) -> Made | Ref:
    if len(tensors) == 1:
        return tensors[0]
    return "Concat", {"dim": dim % tensors[0].rank}, list(tensors)


def _flatten(input: Ref, start_dim: int = 0, end_dim: int = -1) -> Made | Ref:
    if start_dim % input.rank != 1 or end_dim % input.rank != input.rank - 1:
        raise UnlikeError(f"start_dim={start_dim}")
    return input if input.rank == 2 else ("Flatten", {}, [input])


def _shaped(input: Ref, *shape: Any) -> Made:
    sizes = list(shape[0]) if len(shape) == 1 and isinstance(shape[0], list | tuple) else list(shape)
    if sizes[0] not in (input.spec.shape[0], -1) or (sizes[0] == -1 and -1 in sizes[1:]):
        raise UnlikeError(f"shape={tuple(sizes)}")
    rest = sizes[1:]
    return ("Flatten", {}, [input]) if rest == [-1] else ("Reshape", {"shape": rest}, [input])


def _mean(input: Ref, dim: Any = None, keepdim: bool = False) -> Made:
    axes = _axes(input, dim) if dim is not None else []
    if axes == list(range(2, input.rank)) and axes:
        if not keepdim:
            return "GlobalAvgPool", {}, [input]
        return f"AdaptiveAvgPool{input.rank - 2}d", {"output_size": 1}, [input]
    if axes == [1] and input.rank == 3 and not keepdim:
        return "MeanOverTime", {}, [input]
    raise UnlikeError(f"dim={dim}")


def _permute(input: Ref, *dims: Any) -> Made:
    order = list(dims[0]) if len(dims) == 1 and isinstance(dims[0], list | tuple) else list(dims)
    return "Permute", {"dims": [dim % input.rank for dim in order]}, [input]


def _transpose(input: Ref, dim0: int, dim1: int) -> Made:
    order = list(range(input.rank))
    a, b = dim0 % input.rank, dim1 % input.rank
    order[a], order[b] = order[b], order[a]
    return "Permute", {"dims": order}, [input]


def _chunk(input: Ref, chunks: int, dim: int = 0) -> Pieces:
    return Pieces(input, chunks, dim % input.rank)


def _getitem(source: Any, index: Any) -> Any:
    if isinstance(source, Pieces) and isinstance(index, int):
        return "Chunk", {"chunks": source.chunks, "dim": source.dim, "index": index % source.chunks}, [source.source]
    raise UnlikeError(f"[{index}]")


def _activation(type: str, **names: Any) -> Callable[..., Made]:
    def read(input: Ref, inplace: bool = False, **settings: Any) -> Made:
        return type, {name: value for name, value in settings.items() if name in names}, [input]

    return read


def _softmax(type: str) -> Callable[..., Made]:
    def read(input: Ref, dim: int | None = None, **_others: Any) -> Made:
        if dim is None or dim % input.rank != input.rank - 1:
            raise UnlikeError(f"dim={dim}")
        return type, {}, [input]

    return read


def _dropout(input: Ref, p: float = 0.5, training: bool = True, inplace: bool = False) -> Made | Ref:
    return ("Dropout", {"p": p}, [input]) if p else input


def _adaptive(type: str) -> Callable[..., Made]:
    def read(input: Ref, output_size: Any, return_indices: bool = False) -> Made:
        return f"{type}{input.rank - 2}d", {"output_size": size(output_size)}, [input]

    return read


def _max_pool(
    input: Ref, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False,
    return_indices: bool = False,
) -> Made:  # fmt: skip
    if size(dilation) != 1 or return_indices:
        raise UnlikeError("dilation or return_indices")
    settings = {"kernel_size": size(kernel_size), "padding": size(padding), "ceil_mode": ceil_mode}
    step = {} if stride is None else {"stride": size(stride)}
    return f"MaxPool{input.rank - 2}d", settings | step, [input]


def _avg_pool(
    input: Ref, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: Any = None,
) -> Made:  # fmt: skip
    if divisor_override is not None:
        raise UnlikeError("divisor_override")
    type, settings, sources = _max_pool(input, kernel_size, stride, padding, 1, ceil_mode)
    return type.replace("Max", "Avg"), settings | {"count_include_pad": count_include_pad}, sources


def _channel_shuffle(x: Ref, groups: int) -> Made:
    return "ChannelShuffle", {"groups": groups}, [x]


def _same(input: Ref, *_others: Any, **_settings: Any) -> Ref:
    return input


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": _join("Add"),
    "sub": _join("Subtract"),
    "mul": _mul,
    "matmul": _join("MatMul"),
    "cat": _cat,
    "concat": _cat,
    "flatten": _flatten,
    "reshape": _shaped,
    "view": _shaped,
    "mean": _mean,
    "permute": _permute,
    "transpose": _transpose,
    "swapaxes": _transpose,
    "chunk": _chunk,
    "getitem": _getitem,
    "contiguous": _same,
    "relu": _activation("ReLU"),
    "relu_": _activation("ReLU"),
    "relu6": _activation("ReLU6"),
    "sigmoid": _activation("Sigmoid"),
    "tanh": _activation("Tanh"),
    "silu": _activation("SiLU"),
    "gelu": _activation("GELU", approximate=True),
    "hardswish": _activation("Hardswish"),
    "hardsigmoid": _activation("Hardsigmoid"),
    "leaky_relu": _activation("LeakyReLU", negative_slope=True),
    "softmax": _softmax("Softmax"),
    "log_softmax": _softmax("LogSoftmax"),
    "dropout": _dropout,
    "adaptive_avg_pool2d": _adaptive("AdaptiveAvgPool"),
    "adaptive_avg_pool1d": _adaptive("AdaptiveAvgPool"),
    "adaptive_max_pool2d": _adaptive("AdaptiveMaxPool"),
    "avg_pool2d": _avg_pool,
    "max_pool2d": _max_pool,
    "channel_shuffle": _channel_shuffle,
}
FUNCTIONS |= {"iadd": FUNCTIONS["add"], "imul": FUNCTIONS["mul"]}


def made(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Made | Ref | Pieces | None:
    """What a call becomes; None for a function that is not known. Raises: UnlikeError."""
    read = FUNCTIONS.get(name)
    if read is None:
        return None
    try:
        signature(read).bind(*args, **kwargs)
    except TypeError as error:
        raise UnlikeError(str(error)) from None
    found: Made | Ref | Pieces = read(*args, **kwargs)
    return found

"""Windows as Keras pads them: `same` depends on the input's size, and may put one more at the end than at the start.

Source: the padding arithmetic that TensorFlow documents for tf.nn.convolution.
"""

from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from builder.importing.sketch import Ref, size

Put = Callable[..., Ref]


def each(value: Any, n: int) -> list[int]:
    """One number for each axis."""
    return list(value) if isinstance(value, list | tuple) else [value] * n


def margins(sizes: list[int], kernel: list[int], stride: list[int], dilation: list[int]) -> list[tuple[int, int]]:
    """What `same` puts before and behind each axis."""
    found = []
    for n, k, s, d in zip(sizes, kernel, stride, dilation, strict=True):
        whole = max((ceil(n / s) - 1) * s + d * (k - 1) + 1 - n, 0)
        found.append((whole // 2, whole - whole // 2))
    return found


def padded_window(put: Put, config: Mapping[str, Any], x: Ref) -> tuple[Ref, dict[str, Any]]:
    """A convolution's sizes; where its margins are uneven they become a layer in front of it."""
    n = x.rank - 2
    kernel, stride = each(config["kernel_size"], n), each(config.get("strides", 1), n)
    dilation = each(config.get("dilation_rate", 1), n)
    settings = {"kernel_size": size(kernel), "stride": size(stride), "dilation": size(dilation)}
    padding = config.get("padding", "valid")
    if padding == "causal" and n == 1:
        raise ValueError("padding causal")
    if padding != "same":
        return x, settings | {"padding": padding}
    if set(stride) == {1}:
        return x, settings | {"padding": "same"}
    around = margins(list(x.spec.shape[2:]), kernel, stride, dilation)
    if all(before == after for before, after in around):
        return x, settings | {"padding": size([before for before, _after in around])}
    if n != 2:
        raise ValueError("uneven margins")
    (top, bottom), (left, right) = around
    return put("ZeroPad2d", {"padding": [left, right, top, bottom]}, x, name="pad"), settings | {"padding": "valid"}


def padded_pool(config: Mapping[str, Any], x: Ref) -> dict[str, Any] | None:
    """A pooling's sizes: what is uneven stands at the end, where a last window may be partly filled."""
    n = x.rank - 2
    kernel = each(config.get("pool_size", 2), n)
    stride = each(kernel if config.get("strides") is None else config["strides"], n)
    settings: dict[str, Any] = {"kernel_size": size(kernel)}
    if stride != kernel:
        settings["stride"] = size(stride)
    if config.get("padding", "valid") != "same":
        return settings
    around = margins(list(x.spec.shape[2:]), kernel, stride, [1] * n)
    if any(before != after and s == 1 for (before, after), s in zip(around, stride, strict=True)):
        return None
    uneven = any(before != after for before, after in around)
    return settings | {"padding": size([before for before, _after in around]), "ceil_mode": uneven}


def transposed(config: Mapping[str, Any], x: Ref) -> tuple[dict[str, Any], list[int]]:
    """A transposed convolution's settings, and what is to be cut off behind it: left, right, top, bottom."""
    kernel, stride = each(config["kernel_size"], 2), each(config.get("strides", 1), 2)
    params = {
        "out_channels": config["filters"],
        "kernel_size": size(kernel),
        "stride": size(stride),
        "dilation": size(each(config.get("dilation_rate", 1), 2)),
        "bias": config.get("use_bias", True),
    }
    params["output_padding"] = size([max(s - k, 0) for k, s in zip(kernel, stride, strict=True)])
    if config.get("padding", "valid") != "same":
        return params, [0, 0, 0, 0]
    whole = [max(k - s, 0) for k, s in zip(kernel, stride, strict=True)]
    params["padding"] = size([n // 2 for n in whole])
    return params, [0, whole[1] % 2, 0, whole[0] % 2]


def sides(given: Any) -> list[int]:
    """Margins as left, right, top, bottom."""
    if isinstance(given, int):
        return [given] * 4
    rows, columns = given
    top, bottom = each(rows, 2)
    left, right = each(columns, 2)
    return [left, right, top, bottom]

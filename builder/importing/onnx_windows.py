"""ONNX operators with windows, margins and sizes of images, as layers of the catalogue."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from builder.core.text import _
from builder.importing.onnx_values import Desk, UnreadError, constant, ints, optional, ref, scalar
from builder.importing.sketch import Ref, size
from builder.importing.torch_modules import centred

Attributes = Mapping[str, Any]
Read = Callable[[Desk, Sequence[Any], Attributes], Any]


def _pads(desk: Desk, x: Ref, attributes: Attributes, n: int, *, cut: bool = False) -> tuple[Ref, Any]:
    """Margins of a window; uneven ones become a layer of their own."""
    auto = attributes.get("auto_pad", "NOTSET")
    if auto == "VALID":
        return x, [0] * n
    if auto != "NOTSET":
        raise UnreadError(_("auto_pad {name} is not read.").format(name=auto))
    pads = list(attributes.get("pads", [0] * (2 * n)))
    before, after = pads[:n], pads[n:]
    if before == after:
        return x, before
    if n != 2 or cut or min(pads) < 0:
        raise UnreadError(_("Its margins are uneven."))
    return desk.put("ZeroPad2d", {"padding": [before[1], after[1], before[0], after[0]]}, x), [0] * n


def conv(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    x, weight = ref(values[0]), constant(values[1], "W")
    n = x.rank - 2
    kernel = list(weight.shape[2:])
    stride, dilation = attributes.get("strides", [1] * n), attributes.get("dilations", [1] * n)
    x, padding = _pads(desk, x, attributes, n)
    bias = optional(values, 2)
    weights = {"weight": weight} | ({} if bias is None else {"bias": constant(bias, "B")})
    params = {"out_channels": weight.shape[0], "kernel_size": size(kernel), "stride": size(list(stride)),
              "padding": centred(padding, kernel, stride, dilation), "dilation": size(list(dilation)),
              "groups": attributes.get("group", 1), "bias": bias is not None}  # fmt: skip
    return desk.put(f"Conv{n}d", params, x, weights=weights)


def conv_transposed(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    x, weight = ref(values[0]), constant(values[1], "W")
    n, groups = x.rank - 2, attributes.get("group", 1)
    if "output_shape" in attributes:
        raise UnreadError(_("output_shape is not read."))
    x, padding = _pads(desk, x, attributes, n, cut=True)
    bias = optional(values, 2)
    weights = {"weight": weight} | ({} if bias is None else {"bias": constant(bias, "B")})
    params = {"out_channels": weight.shape[1] * groups, "kernel_size": size(list(weight.shape[2:])),
              "stride": size(list(attributes.get("strides", [1] * n))), "padding": size(padding),
              "output_padding": size(list(attributes.get("output_padding", [0] * n))),
              "dilation": size(list(attributes.get("dilations", [1] * n))), "groups": groups,
              "bias": bias is not None}  # fmt: skip
    return desk.put(f"ConvTranspose{n}d", params, x, weights=weights)


def pool(type: str) -> Read:
    def read(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
        x = ref(values[0])
        n = x.rank - 2
        if set(attributes.get("dilations", [1])) != {1}:
            raise UnreadError(_("Its window has gaps."))
        x, padding = _pads(desk, x, attributes, n, cut=True)
        kernel, stride = list(attributes["kernel_shape"]), list(attributes.get("strides", [1] * n))
        params = {"kernel_size": size(kernel), "padding": size(padding), "ceil_mode": bool(attributes.get("ceil_mode"))}
        params |= {"stride": size(stride)} if stride != kernel else {}
        if type == "AvgPool" and any(padding):
            params["count_include_pad"] = bool(attributes.get("count_include_pad", 0))
        return desk.put(f"{type}{n}d", params, x)

    return read


def pool_all(type: str) -> Read:
    def read(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
        x = ref(values[0])
        return desk.put(f"{type}{x.rank - 2}d", {"output_size": 1}, x)

    return read


def pad(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    x, pads = ref(values[0]), ints(attributes.get("pads", optional(values, 1)), "pads")
    fill = attributes.get("value", 0.0) if optional(values, 2) is None else scalar(values[2], "constant_value")
    types = {"constant": "ZeroPad2d", "reflect": "ReflectionPad2d", "edge": "ReplicationPad2d"}
    mode = attributes.get("mode", "constant")
    if x.rank != 4 or len(pads) != 8 or any(pads[at] for at in (0, 1, 4, 5)) or fill or mode not in types:
        raise UnreadError(_("Its margins are not those of an image."))
    top, left, bottom, right = pads[2], pads[3], pads[6], pads[7]
    return desk.put(types[mode], {"padding": [left, right, top, bottom]}, x)


def resize(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    x = ref(values[0])
    scales = optional(values, 2) if len(values) > 2 else optional(values, 1)
    mode = {"nearest": "nearest", "linear": "bilinear"}.get(attributes.get("mode", "nearest"))
    where = attributes.get("coordinate_transformation_mode", "half_pixel")
    fits = where in (("asymmetric",) if mode == "nearest" else ("half_pixel", "pytorch_half_pixel"))
    if isinstance(scales, np.ndarray) and scales.size == 4:
        factors = [float(n) for n in scales]
    else:
        sizes = ints(optional(values, 3), "sizes")
        factors = [1.0, *(n / have for n, have in zip(sizes[1:], x.spec.shape[1:], strict=True))]
    rows, columns = factors[2:]
    if mode is None or not fits or x.rank != 4 or rows % 1 or columns % 1:
        raise UnreadError(_("It is not enlarged by a whole number."))
    return desk.put("Upsample", {"scale_factor": size([int(rows), int(columns)]), "mode": mode}, x)


def depth_to_space(desk: Desk, values: Sequence[Any], attributes: Attributes) -> Ref:
    if attributes.get("mode", "DCR") != "CRD":
        raise UnreadError(_("mode DCR has no layer here."))
    return desk.put("PixelShuffle", {"upscale_factor": attributes["blocksize"]}, ref(values[0]))

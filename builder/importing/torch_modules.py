"""torch's modules as layers of the catalogue: each a chain of layers with what a module's attributes say of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import nn

from builder.importing.sketch import size


@dataclass(frozen=True)
class Part:
    """One layer of what a module becomes; `tensors` are the names of the module's own that it takes over."""

    type: str
    params: Mapping[str, Any] = field(default_factory=dict)
    tensors: tuple[str, ...] = ()


class UnlikeError(Exception):
    """A module of a known class is set to something that no layer can be; the text says to what."""


def parts(module: nn.Module) -> tuple[Part, ...] | None:
    """What a module becomes; None for one that the catalogue does not know. Raises: UnlikeError."""
    read = MODULES.get(type(module).__name__)
    return read(module) if read else None


def _owned(module: nn.Module, type: str, **params: Any) -> tuple[Part, ...]:
    return (Part(type, params, tuple(module.state_dict())),)


def _conv(module: Any) -> tuple[Part, ...]:
    if module.padding_mode != "zeros":
        raise UnlikeError(f"padding_mode={module.padding_mode}")
    return _owned(
        module,
        type(module).__name__,
        out_channels=module.out_channels,
        kernel_size=size(module.kernel_size),
        stride=size(module.stride),
        padding=centred(module.padding, module.kernel_size, module.stride, module.dilation),
        dilation=size(module.dilation),
        groups=module.groups,
        bias=module.bias is not None,
    )


def centred(padding: Any, kernel: Any, stride: Any, dilation: Any) -> Any:
    """A convolution's padding; `same` where it is the same."""
    if isinstance(padding, str):
        return padding
    steps = all(s == 1 for s in stride)
    same = all(2 * p == d * (k - 1) for p, k, d in zip(padding, kernel, dilation, strict=True))
    return "same" if steps and same else size(padding)


def _transposed(module: Any) -> tuple[Part, ...]:
    names = ("out_channels", "kernel_size", "stride", "padding", "output_padding", "dilation", "groups")
    settings = {name: size(getattr(module, name)) for name in names}
    return _owned(module, type(module).__name__, **settings, bias=module.bias is not None)


def _norm(module: Any) -> tuple[Part, ...]:
    if not module.track_running_stats or module.momentum is None:
        raise UnlikeError("track_running_stats=False" if module.momentum is not None else "momentum=None")
    name = type(module).__name__
    return _owned(module, name, eps=module.eps, momentum=module.momentum, affine=module.affine)


def _layer_norm(module: Any) -> tuple[Part, ...]:
    if len(module.normalized_shape) != 1 or (module.elementwise_affine and module.bias is None):
        raise UnlikeError(f"normalized_shape={tuple(module.normalized_shape)}")
    return _owned(module, "LayerNorm", eps=module.eps, elementwise_affine=module.elementwise_affine)


def _channel_norm(module: Any) -> tuple[Part, ...]:
    """A LayerNorm over the channels of images."""
    return (Part("Permute", {"dims": [0, 2, 3, 1]}), *_layer_norm(module), Part("Permute", {"dims": [0, 3, 1, 2]}))


def _pool(module: Any) -> tuple[Part, ...]:
    if getattr(module, "divisor_override", None) is not None or size(getattr(module, "dilation", 1)) != 1:
        raise UnlikeError("dilation or divisor_override")
    kernel, step = size(module.kernel_size), size(module.stride)
    settings = {"kernel_size": kernel, "padding": size(module.padding), "ceil_mode": module.ceil_mode}
    if step != kernel:
        settings["stride"] = step
    if type(module).__name__.startswith("Avg"):
        settings["count_include_pad"] = module.count_include_pad
    return (Part(type(module).__name__, settings),)


def _adaptive(module: Any) -> tuple[Part, ...]:
    return (Part(type(module).__name__, {"output_size": size(module.output_size)}),)


def _linear(module: Any) -> tuple[Part, ...]:
    return _owned(module, "Linear", out_features=module.out_features, bias=module.bias is not None)


def pointwise(linear: Part) -> tuple[Part, ...]:
    """A Linear over the channels of images that stand last: the same as a convolution of one pixel."""
    params = {"out_channels": linear.params["out_features"], "kernel_size": 1, "bias": linear.params["bias"]}
    conv = Part("Conv2d", params, linear.tensors)
    return (Part("Permute", {"dims": [0, 3, 1, 2]}), conv, Part("Permute", {"dims": [0, 2, 3, 1]}))


def _flatten(module: Any) -> tuple[Part, ...]:
    if (module.start_dim, module.end_dim) != (1, -1):
        raise UnlikeError(f"start_dim={module.start_dim}")
    return (Part("Flatten"),)


def _stochastic_depth(module: Any) -> tuple[Part, ...]:
    if module.mode != "row":
        raise UnlikeError(f"mode={module.mode}")
    return (Part("StochasticDepth", {"p": module.p}),) if module.p else ()


def _with(*names: str) -> Callable[[Any], tuple[Part, ...]]:
    """A module whose layer has the same name, and these attributes as parameters."""
    return lambda module: _owned(module, type(module).__name__, **{name: getattr(module, name) for name in names})


def _nothing(module: Any) -> tuple[Part, ...]:
    return ()


def _prelu(module: Any) -> tuple[Part, ...]:
    return _owned(module, "PReLU", num_parameters="one" if module.num_parameters == 1 else "channels")


def _softmax(module: Any) -> tuple[Part, ...]:
    if module.dim != -1:
        raise UnlikeError(f"dim={module.dim}")
    return (Part(type(module).__name__),)


MODULES: dict[str, Callable[[Any], tuple[Part, ...]]] = {
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), _conv),
    **dict.fromkeys(("ConvTranspose1d", "ConvTranspose2d"), _transposed),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d", "BatchNorm3d"), _norm),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "MaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d"), _pool),
    **dict.fromkeys(("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d"), _adaptive),
    **dict.fromkeys(("ReLU", "ReLU6", "SiLU", "Mish", "Hardswish", "Hardsigmoid", "Sigmoid", "Tanh", "SELU"), _with()),
    **dict.fromkeys(("LogSigmoid", "Softsign"), _with()),
    "PReLU": _prelu,
    **dict.fromkeys(("Dropout", "Dropout1d", "Dropout2d", "AlphaDropout"), _with("p")),
    **dict.fromkeys(("Softmax", "LogSoftmax"), _softmax),
    "GELU": _with("approximate"),
    "LeakyReLU": _with("negative_slope"),
    "ELU": _with("alpha"),
    "CELU": _with("alpha"),
    "Hardtanh": _with("min_val", "max_val"),
    "LayerNorm": _layer_norm,
    "LayerNorm2d": _channel_norm,
    "LocalResponseNorm": _with("size", "alpha", "beta", "k"),
    "PixelShuffle": _with("upscale_factor"),
    "ChannelShuffle": _with("groups"),
    "Linear": _linear,
    "Flatten": _flatten,
    "StochasticDepth": _stochastic_depth,
    "Identity": _nothing,
}

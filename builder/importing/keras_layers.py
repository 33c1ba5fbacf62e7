"""Keras layers as layers of the catalogue, from what a model's JSON says of them.

Keras keeps channels last. Images and volumes are read with the channels first, as all layers here want them; sequences
stay as they are and are turned only where a convolution needs it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.core.text import _
from builder.importing.keras_windows import padded_pool, padded_window, sides, transposed
from builder.importing.sketch import Ref, Sketch, size

Config = Mapping[str, Any]


class UnreadError(Exception):
    """Something in a layer's settings that the catalogue does not have; the text says what."""


@dataclass(frozen=True)
class Flow:
    """A tensor on its way; `turned`: a sequence whose channels stand first at the moment."""

    ref: Ref
    turned: bool = False

    @property
    def rank(self) -> int:
        return self.ref.rank

    def axis(self, axis: int) -> int:
        """Where one of Keras's axes is here."""
        rank = self.rank
        place = axis % rank
        if rank > 3 or self.turned:
            return 1 if place == rank - 1 else place + (place > 0)
        return place


class Desk:
    """Where one Keras layer is written as layers of ours, one behind the other."""

    def __init__(self, sketch: Sketch, path: str, scopes: tuple[str, ...], notes: list[str]) -> None:
        self.sketch, self.path, self.scopes, self.notes = sketch, path, scopes, notes
        self._count = 0

    def put(self, type: str, params: Mapping[str, Any], *sources: Ref, name: str = "") -> Ref:
        """A layer; the first takes the Keras layer's name, others add their own."""
        more = name or ("" if not self._count else type.lower())
        self._count += not name
        path = f"{self.path}_{more}" if more else self.path
        return self.sketch.add(path, type, params, sources, scopes=self.scopes)

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def last(self, x: Flow) -> Flow:
        """A sequence with its features last again."""
        return Flow(self.put("Permute", {"dims": [0, 2, 1]}, x.ref, name="turned")) if x.turned else x

    def first(self, x: Flow) -> Flow:
        """A sequence with its channels first."""
        if x.rank != 3 or x.turned:
            return x
        return Flow(self.put("Permute", {"dims": [0, 2, 1]}, x.ref, name="turned"), True)

    def channels_last(self, x: Flow) -> Ref:
        """A tensor in Keras's own order."""
        if x.rank <= 3:
            return self.last(x).ref
        dims = [0, *range(2, x.rank), 1]
        return self.put("Permute", {"dims": dims}, x.ref, name="channels_last")

    def channels_first(self, ref: Ref) -> Flow:
        """The way back."""
        if ref.rank <= 3:
            return Flow(ref)
        dims = [0, ref.rank - 1, *range(1, ref.rank - 1)]
        return Flow(self.put("Permute", {"dims": dims}, ref, name="channels_first"))

    def same(self, x: Flow, type: str, **params: Any) -> Flow:
        """A layer that works on each number."""
        return Flow(self.put(type, params, x.ref), x.turned)


Read = Callable[[Desk, Config, Sequence[Flow]], Flow]

ACTIVATIONS: dict[str, tuple[str, Mapping[str, Any]]] = {
    "relu": ("ReLU", {}), "relu6": ("ReLU6", {}), "sigmoid": ("Sigmoid", {}), "tanh": ("Tanh", {}),
    "softmax": ("Softmax", {}), "log_softmax": ("LogSoftmax", {}), "elu": ("ELU", {}), "selu": ("SELU", {}),
    "gelu": ("GELU", {}), "silu": ("SiLU", {}), "swish": ("SiLU", {}), "mish": ("Mish", {}),
    "softplus": ("Softplus", {}), "softsign": ("Softsign", {}), "celu": ("CELU", {}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": 0.2}), "hard_silu": ("Hardswish", {}),
    "hard_swish": ("Hardswish", {}), "log_sigmoid": ("LogSigmoid", {}), "hard_tanh": ("Hardtanh", {}),
}  # fmt: skip


def activated(desk: Desk, config: Config, x: Flow, name: str = "activation") -> Flow:
    """The activation that a layer's settings name, as a layer of its own."""
    given = config.get(name)
    if given in (None, "linear"):
        return x
    if isinstance(given, dict) and given.get("class_name") in LAYERS and isinstance(given.get("config"), dict):
        return LAYERS[given["class_name"]](desk, given["config"], [x])
    if not isinstance(given, str) or given not in ACTIVATIONS:
        raise UnreadError(_("Its activation is not known: {name}.").format(name=_word(given)))
    type, params = ACTIVATIONS[given]
    if "Softmax" in type and x.rank > 2:
        ref = desk.put(type, params, desk.channels_last(x))
        return desk.channels_first(ref)
    return desk.same(x, type, **params)


def _word(value: Any) -> str:
    inner = value.get("config") if isinstance(value, dict) else value
    return str(inner if isinstance(inner, str) else value)[:60]


def only(config: Config, name: str, *fitting: Any) -> None:
    """Raises: UnreadError where a setting is none of those that our layer can be."""
    if config.get(name, fitting[0]) not in fitting:
        raise UnreadError(
            _("{name} is {value}, which the layer here cannot be.").format(name=name, value=_word(config[name]))
        )


def _conv(type: str) -> Read:
    def read(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
        [x] = xs
        only(config, "data_format", "channels_last", None)
        x = desk.first(x)
        ref, settings = padded_window(desk.put, config, x.ref)
        settings |= {"bias": config.get("use_bias", True)}
        if type == "DepthwiseConv2d":
            settings["multiplier"] = config.get("depth_multiplier", 1)
        else:
            settings["out_channels"] = config["filters"]
        if type == "SeparableConv2d":
            only(config, "depth_multiplier", 1)
        elif type.startswith("Conv"):
            settings["groups"] = config.get("groups", 1)
        return activated(desk, config, Flow(desk.put(type, settings, ref), x.turned))

    return read


def _conv_transposed(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    only(config, "data_format", "channels_last", None)
    only(config, "output_padding", None)
    params, crop = transposed(config, xs[0].ref)
    ref = desk.put("ConvTranspose2d", params, xs[0].ref)
    if any(crop):
        ref = desk.put("Crop", {"cropping": crop}, ref)
    return activated(desk, config, Flow(ref))


def _pool(type: str) -> Read:
    def read(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
        only(config, "data_format", "channels_last", None)
        x = desk.first(xs[0])
        settings = padded_pool(config, x.ref)
        if settings is None:
            raise UnreadError(_('padding "same" with stride 1 and an even window has no layer here.'))
        if type.startswith("Avg") and config.get("padding") == "same":
            settings["count_include_pad"] = False
        return Flow(desk.put(type, settings, x.ref), x.turned)

    return read


def _global(type: str, over_time: str) -> Read:
    def read(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
        only(config, "data_format", "channels_last", None)
        x = xs[0]
        if config.get("keepdims"):
            if x.rank != 4:
                raise UnreadError(_("keepdims is only read for images."))
            return Flow(desk.put(f"Adaptive{type[6:]}2d", {"output_size": 1}, x.ref))
        return Flow(desk.put(over_time if x.rank == 3 and not x.turned else type, {}, x.ref))

    return read


def _dense(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    x = desk.last(xs[0])
    bias = config.get("use_bias", True)
    if x.rank == 4:
        made = Flow(desk.put("Conv2d", {"out_channels": config["units"], "kernel_size": 1, "bias": bias}, x.ref))
    else:
        made = Flow(desk.put("Linear", {"out_features": config["units"], "bias": bias}, x.ref))
    return activated(desk, config, made)


def _batch_norm(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    axis = config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis not in (-1, xs[0].rank - 1):
        raise UnreadError(_("axis {axis} is not that of the channels.").format(axis=axis))
    x = desk.first(xs[0])
    scale, center = config.get("scale", True), config.get("center", True)
    settings = {"momentum": round(1 - config.get("momentum", 0.99), 12), "eps": config.get("epsilon", 0.001)}
    if scale != center:
        desk.note(_("{name} learns both a scale and an offset here, in Keras one of them.").format(name=desk.path))
    return Flow(desk.put(f"BatchNorm{max(1, x.rank - 2)}d", settings | {"affine": scale or center}, x.ref), x.turned)


def _layer_norm(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    axis = config.get("axis", -1)
    axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
    if axis not in (-1, xs[0].rank - 1):
        raise UnreadError(_("axis {axis} is not the last.").format(axis=axis))
    affine = config.get("scale", True) or config.get("center", True)
    settings = {"eps": config.get("epsilon", 0.001), "elementwise_affine": affine}
    return desk.channels_first(desk.put("LayerNorm", settings, desk.channels_last(xs[0])))


def _group_norm(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    x = desk.first(xs[0])
    settings = {"num_groups": config.get("groups", 32), "eps": config.get("epsilon", 0.001)}
    return Flow(desk.put("GroupNorm", settings, x.ref), x.turned)


def _plain(type: str, **names: tuple[str, Any]) -> Read:
    """A layer on each number whose settings have other names: ours = (theirs, their default)."""

    def read(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
        return desk.same(xs[0], type, **{ours: config.get(key, default) for ours, (key, default) in names.items()})

    return read


def _relu(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    only(config, "threshold", 0, 0.0, None)
    slope, most = config.get("negative_slope"), config.get("max_value")
    if slope:
        only(config, "max_value", None)
        return desk.same(xs[0], "LeakyReLU", negative_slope=slope)
    only(config, "max_value", None, 6, 6.0)
    return desk.same(xs[0], "ReLU6" if most else "ReLU")


def _leaky(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    slope = config.get("negative_slope", config.get("alpha", 0.3))
    return desk.same(xs[0], "LeakyReLU", negative_slope=float(slope))


def _softmax(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    only(config, "axis", -1, xs[0].rank - 1)
    return activated(desk, {"activation": "softmax"}, xs[0])


def _channel_dropout(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    x = desk.first(xs[0])
    return Flow(desk.put(f"Dropout{x.rank - 2}d", {"p": config.get("rate", 0.5)}, x.ref), x.turned)


def _embedding(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    padding = 0 if config.get("mask_zero") else None
    return Flow(desk.put("Embedding", {"embedding_dim": config["output_dim"], "padding_idx": padding}, xs[0].ref))


def _recurrent(type: str, both: bool = False) -> Read:
    def read(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
        only(config, "activation", "tanh")
        if type != "RNN":
            only(config, "recurrent_activation", "sigmoid")
        for name in ("go_backwards", "return_state"):
            only(config, name, False, None)
        if type == "GRU":
            only(config, "reset_after", True)
        only(config, "use_bias", True)
        if config.get("dropout") or config.get("recurrent_dropout"):
            desk.note(_("The dropout inside {name} is left out.").format(name=desk.path))
        returns = "sequence" if config.get("return_sequences") else "last"
        settings = {"hidden_size": config["units"], "returns": returns, "bidirectional": both}
        return Flow(desk.put(type, settings, desk.last(xs[0]).ref))

    return read


def _wrapped(config: Config) -> tuple[str, Config]:
    inner = config["layer"]
    return inner["class_name"], inner["config"]


def _bidirectional(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    only(config, "merge_mode", "concat")
    name, inner = _wrapped(config)
    types = {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "RNN"}
    if name not in types:
        raise UnreadError(_("It wraps {name}.").format(name=_word(name)))
    return _recurrent(types[name], both=True)(desk, inner, xs)


def _each_step(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    name, inner = _wrapped(config)
    if name not in ("Dense", "Activation", "Dropout", "ReLU", "LeakyReLU") or xs[0].rank != 3:
        raise UnreadError(_("It wraps {name}.").format(name=_word(name)))
    return LAYERS[name](desk, inner, xs)


def _joined(desk: Desk, xs: Sequence[Flow]) -> list[Flow]:
    """Sequences in one order."""
    return [desk.last(x) for x in xs] if len({x.turned for x in xs}) > 1 else list(xs)


def _join(type: str) -> Read:
    def read(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
        if len(xs) < 2 or (type == "Subtract" and len(xs) != 2):
            raise UnreadError(_("It joins {n} inputs.").format(n=len(xs)))
        even = _joined(desk, xs)
        return Flow(desk.put(type, {}, *(x.ref for x in even)), even[0].turned)

    return read


def _concat(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    even = _joined(desk, xs)
    if len(even) == 1:
        return even[0]
    return Flow(
        desk.put("Concat", {"dim": even[0].axis(config.get("axis", -1))}, *(x.ref for x in even)), even[0].turned
    )


def _flatten(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    x = desk.last(xs[0])
    if x.rank == 2:
        return x
    if x.rank > 3:
        desk.note(
            _("{name} lays channels out first, Keras last: only the order of weights differs.").format(name=desk.path)
        )
    return Flow(desk.put("Flatten", {}, x.ref))


def _reshape(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    ref = desk.put("Reshape", {"shape": list(config["target_shape"])}, desk.channels_last(xs[0]))
    return desk.channels_first(ref)


def _permute(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    ref = desk.put("Permute", {"dims": [0, *config["dims"]]}, desk.channels_last(xs[0]))
    return desk.channels_first(ref)


def _sides(type: str, name: str, key: str) -> Read:
    def read(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
        return Flow(desk.put(type, {name: sides(config[key])}, xs[0].ref))

    return read


def _upsample(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    mode = config.get("interpolation", "nearest")
    only({"interpolation": mode}, "interpolation", "nearest", "bilinear")
    return Flow(desk.put("Upsample", {"scale_factor": size(config.get("size", 2)), "mode": mode}, xs[0].ref))


def _left_out(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    desk.note(_("{name} is left out: data comes prepared here.").format(name=desk.path))
    return xs[0]


def _nothing(desk: Desk, config: Config, xs: Sequence[Flow]) -> Flow:
    return xs[0]


LAYERS: dict[str, Read] = {
    "Dense": _dense,
    "Activation": lambda desk, config, xs: activated(desk, config, xs[0]),
    "Conv1D": _conv("Conv1d"), "Conv2D": _conv("Conv2d"), "Conv3D": _conv("Conv3d"),
    "DepthwiseConv2D": _conv("DepthwiseConv2d"), "SeparableConv2D": _conv("SeparableConv2d"),
    "Conv2DTranspose": _conv_transposed,
    **{f"MaxPooling{n}D": _pool(f"MaxPool{n}d") for n in (1, 2, 3)},
    **{f"AveragePooling{n}D": _pool(f"AvgPool{n}d") for n in (1, 2, 3)},
    **{f"GlobalAveragePooling{n}D": _global("GlobalAvgPool", "MeanOverTime") for n in (1, 2, 3)},
    **{f"GlobalMaxPooling{n}D": _global("GlobalMaxPool", "MaxOverTime") for n in (1, 2, 3)},
    "BatchNormalization": _batch_norm, "LayerNormalization": _layer_norm, "GroupNormalization": _group_norm,
    "Dropout": _plain("Dropout", p=("rate", 0.5)),
    "SpatialDropout1D": _channel_dropout, "SpatialDropout2D": _channel_dropout,
    "AlphaDropout": _plain("AlphaDropout", p=("rate", 0.5)),
    "GaussianNoise": _plain("GaussianNoise", std=("stddev", 0.1)),
    "ReLU": _relu, "LeakyReLU": _leaky, "Softmax": _softmax, "ELU": _plain("ELU", alpha=("alpha", 1.0)),
    "Embedding": _embedding,
    "LSTM": _recurrent("LSTM"), "GRU": _recurrent("GRU"), "SimpleRNN": _recurrent("RNN"),
    "Bidirectional": _bidirectional, "TimeDistributed": _each_step,
    **{name: _join(name) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")},
    "Concatenate": _concat,
    "Flatten": _flatten, "Reshape": _reshape, "Permute": _permute,
    "ZeroPadding2D": _sides("ZeroPad2d", "padding", "padding"), "Cropping2D": _sides("Crop", "cropping", "cropping"),
    "UpSampling2D": _upsample,
    **dict.fromkeys(("Rescaling", "Normalization", "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation",
                     "RandomContrast"), _left_out),
    **dict.fromkeys(("ActivityRegularization", "Identity"), _nothing),
}  # fmt: skip

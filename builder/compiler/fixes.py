"""Edits that bring what flows along a wire to the shape that is needed behind it."""

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from builder.core.errors import Fix
from builder.core.settings import parameters
from builder.core.specs import Spec
from builder.core.text import _, quote
from builder.graph.document import Edge, Node
from builder.layers import LAYERS, Layer
from builder.layers.windows import by

# families that a vector or a sequence can do without
SPARE = ("Pooling", "Shape", "Normalisation", "Regularisation", "Activation", "Sequence")


def insert(wire: Edge, type: str, label: str, **params: Any) -> Fix:
    """Put a layer into a wire."""
    edit = {"op": "insert", "type": type, "params": params, "edge": wire.model_dump()}
    return Fix(label, (edit,))


def _between(wire: Edge, type: str, **params: Any) -> Fix:
    return insert(wire, type, _("Insert {layer}").format(layer=type), **params)


def evened(first: Edge, a: Spec, second: Edge, b: Spec, grown: int | None) -> tuple[Fix, ...]:
    """Ways to bring one input of a join to the shape of another; they may differ in axis `grown`.

    First what changes the second, which most often is the side path, then what changes the first.
    """
    fixes = (bring(second, b, _goal(a, b, grown)), bring(first, a, _goal(b, a, grown)))
    return tuple(fix for fix in fixes if fix)


def _goal(wanted: Spec, have: Spec, grown: int | None) -> tuple[int, ...]:
    """The shape to which `have` is to be brought."""
    if grown is None or len(wanted.shape) != len(have.shape):
        return wanted.shape
    return tuple(h if axis == grown else w for axis, (w, h) in enumerate(zip(wanted.shape, have.shape, strict=True)))


def bring(wire: Edge, have: Spec, goal: tuple[int, ...]) -> Fix | None:
    """A layer that makes what flows along a wire fit a shape."""
    rank = len(have.shape)
    if rank > len(goal):
        return _flat(wire, have) if len(goal) == 2 else None
    if rank < len(goal):
        return None
    if rank == 4:
        return _image(wire, have.shape, goal)
    if rank == 3 and have.shape[1] != goal[1]:
        return _sequence(wire, have, goal)
    return _features(wire, goal[-1]) if rank in (2, 3) else None


def _behind(wire: Edge, what: str) -> str:
    return _("Insert {what} behind {source}").format(what=what, source=quote(wire.source, 20))


def _flat(wire: Edge, have: Spec) -> Fix:
    type = "MeanOverTime" if len(have.shape) == 3 and "C" not in have.axes else "GlobalAvgPool"
    return insert(wire, type, _behind(wire, type))


def _features(wire: Edge, n: int) -> Fix:
    label = _behind(wire, _("a Linear with {n} features").format(n=n))
    return insert(wire, "Linear", label, out_features=n)


def _sequence(wire: Edge, have: Spec, goal: tuple[int, ...]) -> Fix | None:
    """Channels by a 1x1 convolution; of too many positions the first are kept."""
    if "C" in have.axes:
        label = _behind(wire, _("a 1x1 Conv1d with {n} channels").format(n=goal[1]))
        same = have.shape[2] == goal[2]
        return insert(wire, "Conv1d", label, out_channels=goal[1], kernel_size=1) if same else None
    if have.shape[1] < goal[1]:
        return None
    label = _behind(wire, _("a Slice of {n} positions").format(n=goal[1]))
    return insert(wire, "Slice", label, dim=1, end=goal[1])


def _image(wire: Edge, have: tuple[int, ...], goal: tuple[int, ...]) -> Fix | None:
    """Channels by a 1x1 convolution, height and width by repeating or pooling, both by a convolution with a stride."""
    channels, size, wanted = goal[1], have[2:], goal[2:]
    same = have[1] == channels
    pairs = list(zip(size, wanted, strict=True))
    with_channels = _(" with {n} channels").format(n=channels)
    if size == wanted:
        label = _behind(wire, _("a 1x1 Conv2d") + with_channels)
        return insert(wire, "Conv2d", label, out_channels=channels, kernel_size=1)
    if all(w % n == 0 for n, w in pairs):
        factor = [w // n for n, w in pairs]
        if same:
            return insert(wire, "Upsample", _behind(wire, _("an Upsample to {size}").format(size=by(wanted))),
                          scale_factor=factor)  # fmt: skip
        label = _behind(wire, _("a ConvTranspose2d to {size}").format(size=by(wanted)) + with_channels)
        return insert(wire, "ConvTranspose2d", label, out_channels=channels, kernel_size=factor, stride=factor)
    step = [math.ceil(n / w) for n, w in pairs]
    if all(n >= w and math.ceil(n / s) == w for (n, w), s in zip(pairs, step, strict=True)):
        if not same:
            both = _("a 1x1 Conv2d with stride {step} and {n} channels").format(step=by(step), n=channels)
            label = _behind(wire, both)
            sizes = {"kernel_size": 1, "stride": step, "padding": 0}
            return insert(wire, "Conv2d", label, out_channels=channels, **sizes)
        ceil = {"ceil_mode": True} if any(n % s for n, s in zip(size, step, strict=True)) else {}
        label = _behind(wire, _("a MaxPool2d to {size}").format(size=by(wanted)))
        return insert(wire, "MaxPool2d", label, kernel_size=step, **ceil)
    return _cut_or_fill(wire, pairs, wanted)


def _cut_or_fill(wire: Edge, pairs: list[tuple[int, int]], wanted: tuple[int, ...]) -> Fix | None:
    """Images whose sizes do not divide: the borders are cut off, filled up, or pooled."""
    if all(w <= n < 2 * w for n, w in pairs):
        label = _behind(wire, _("a Crop to {size}").format(size=by(wanted)))
        return insert(wire, "Crop", label, cropping=_sides(pairs, 1))
    if all(n <= w < 2 * n for n, w in pairs):
        label = _behind(wire, _("a ZeroPad2d to {size}").format(size=by(wanted)))
        return insert(wire, "ZeroPad2d", label, padding=_sides(pairs, -1))
    label = _behind(wire, _("an AdaptiveAvgPool2d to {size}").format(size=by(wanted)))
    return insert(wire, "AdaptiveAvgPool2d", label, output_size=list(wanted))


def _sides(pairs: list[tuple[int, int]], sign: int) -> list[int]:
    """Left, right, top and bottom, as even as possible."""
    (rows, columns) = (sign * (n - w) for n, w in pairs)
    return [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2]


def fitted(node: Node, layer: Layer, wire: Edge, spec: Spec, ranks: set[int]) -> tuple[Fix, ...]:
    """Ways to make an input of the wrong kind fit a layer, the likeliest first."""
    return tuple(_fitted(node, type(layer), wire, spec, ranks))


def _fitted(node: Node, cls: type[Layer], wire: Edge, spec: Spec, ranks: set[int]) -> Iterator[Fix]:
    rank = len(spec.shape)
    if cls.takes == "int64":
        yield _between(wire, "Reshape") if spec.dtype == "int64" else _as_linear(node, "embedding_dim")
        return
    if spec.dtype == "int64":
        yield _between(wire, "Embedding")
        return
    sibling = _sibling(cls, rank)
    if sibling:
        yield _swap(node, cls, sibling)
    if 2 in ranks and rank > 2 and not sibling:
        yield _between(wire, "Flatten")
        yield _between(wire, "MeanOverTime" if spec.axes == "N L F" else "GlobalAvgPool")
    if rank == 2 and cls.family == "Convolution":
        yield _as_linear(node, "out_channels")
    elif rank == 2 and 3 in ranks and cls.family in ("Sequence", "Convolution", "Join"):
        yield _between(wire, "Unsqueeze")
    elif rank == 4 and 3 in ranks and not sibling and 2 not in ranks:
        yield _lines(wire, spec)
    if spare := spared(node, cls):
        yield spare


def spared(node: Node, cls: type[Layer]) -> Fix | None:
    """Take a layer away that a network can do without."""
    if not isinstance(cls.inputs, tuple) or len(cls.inputs) != 1 or cls.family not in SPARE:
        return None
    return Fix(_("Delete {node}").format(node=quote(node.id, 20)), ({"op": "remove", "nodes": [node.id]},))


def _lines(wire: Edge, spec: Spec) -> Fix:
    """An image as a sequence: the rows of a grey one, the channels of another."""
    if spec.shape[1] == 1:
        return _between(wire, "Squeeze")
    return _between(wire, "Flatten") if spec.elements == 1 else _between(wire, "Reshape", shape=[spec.shape[1], -1])


def _as_linear(node: Node, width: str) -> Fix:
    """Change a layer to a Linear as wide as it."""
    n = node.params.get(width)
    edits: list[Mapping[str, Any]] = [{"op": "replace", "node": node.id, "type": "Linear"}]
    if isinstance(n, int) and n > 0:
        edits.append({"op": "set_params", "node": node.id, "params": {"out_features": n}})
    return Fix(_("Change it to {type}").format(type="Linear"), tuple(edits))


def _sibling(cls: type[Layer], rank: int) -> type[Layer] | None:
    """The layer that does the same to another number of axes."""
    stem = re.sub(r"[123]d$", "", cls.__name__)
    if stem == cls.__name__:
        return None
    found = (LAYERS.get(name) for name in (f"{stem}{rank - 2}d", f"{stem}1d", stem, "LayerNorm"))
    kin = (other for other in found if other and other.family == cls.family and other is not cls)
    return next((other for other in kin if _takes(other, rank)), None)


def _takes(cls: type[Layer], rank: int) -> bool:
    return not cls.accepts or rank in {len(axes.split()) for axes in cls.accepts.split("|")}


def _swap(node: Node, old: type[Layer], new: type[Layer]) -> Fix:
    """Change a layer to the one for another number of axes, with the settings that both understand."""
    kinds = {p.name: p.kind for p in parameters(new)}
    kept = [p.name for p in parameters(old) if p.name in node.params and kinds.get(p.name) == p.kind]
    edit = {"op": "replace", "node": node.id, "type": new.__name__, "keep": kept}
    return Fix(_("Change it to {type}").format(type=new.__name__), (edit,))

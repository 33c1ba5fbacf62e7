"""What convolutions and poolings have in common: windows that must fit, and groups that must divide."""

from collections.abc import Iterator, Sequence
from math import gcd

from builder.core.specs import Spec
from builder.core.text import _
from builder.layers.layer import Complaint, Window

Sizes = int | tuple[int, ...]


def each(sizes: Sizes, x: Spec) -> tuple[int, ...]:
    """One number for each axis that a window slides along."""
    return sizes if isinstance(sizes, tuple) else (sizes,) * (len(x.shape) - 2)


def by(sizes: object) -> str:
    """Sizes as people write them: `3x3`."""
    return "x".join(str(n) for n in sizes) if isinstance(sizes, tuple | list) else str(sizes)


def windows(x: Spec, kernel: Sizes, stride: Sizes = 1, dilation: Sizes = 1) -> tuple[Window, ...]:
    """The windows of a layer that slides them."""
    sizes = zip(each(kernel, x), each(stride, x), each(dilation, x), strict=True)
    return tuple(Window(d * (k - 1) + 1, s) for k, s, d in sizes)


def setting(name: str, values: Sequence[int]) -> tuple[dict[str, object], str]:
    """A parameter with its better value, and the label of the fix."""
    value = values[0] if len(set(values)) == 1 else list(values)
    return {name: value}, _("Set {name} to {value}").format(name=name, value=by(values))


def too_large(x: Spec, window: Sizes, padding: Sizes = 0, dilation: Sizes = 1) -> Iterator[Complaint]:
    """Complain where a window is larger than the padded input, and offer the largest kernel that fits."""
    kernel, steps = each(window, x), each(dilation, x)
    room = tuple(n + 2 * p for n, p in zip(x.shape[2:], each(padding, x), strict=True))
    extent = tuple(d * (k - 1) + 1 for k, d in zip(kernel, steps, strict=True))
    if any(e > r for e, r in zip(extent, room, strict=True)):
        fitting = [min(k, (r - 1) // d + 1) for k, r, d in zip(kernel, room, steps, strict=True)]
        text = _("the window {window} is larger than the input {room}").format(window=by(extent), room=by(room))
        yield Complaint(text, *setting("kernel_size", fitting))


def strided_same(padding: object, stride: Sizes) -> Iterator[Complaint]:
    """Complain about a combination that torch refuses: padding `same` with a step over 1."""
    steps = stride if isinstance(stride, tuple) else (stride,)
    if padding == "same" and any(step > 1 for step in steps):
        yield Complaint(_('padding "same" needs stride 1'), *setting("stride", [1]))


def uneven_groups(channels: int, out_channels: int, groups: int) -> Iterator[Complaint]:
    """Complain where channels cannot be shared out evenly over the groups, and offer the nearest number that can."""
    if channels % groups or out_channels % groups:
        text = _("{channels} input and {out} output channels cannot both be divided into {groups} groups")
        message = text.format(channels=channels, out=out_channels, groups=groups)
        yield Complaint(message, *setting("groups", [nearest_divisor(gcd(channels, out_channels), groups)]))


def nearest_divisor(n: int, wanted: int) -> int:
    """The divisor of `n` that is nearest to `wanted`, the smaller of two."""
    small = [d for d in range(1, int(n**0.5) + 1) if n % d == 0]
    return min({*small, *(n // d for d in small)}, key=lambda d: (abs(d - wanted), d))

"""Data for an imported network: a known set whose images or texts have the size that its input wants."""

from collections.abc import Mapping
from typing import Any

from builder.core.specs import Spec
from builder.data.fields import InputKind

Before = tuple[str, Mapping[str, Any], Spec]  # a layer behind the input: its type and parameters, and the new input

OWN = {"digits": (1, 8), "mnist": (1, 28), "cifar10": (3, 32)}  # channels and size of the sets' own images
MOST_SIZE = 1024  # pixels that a source scales to
MOST_TOKENS = 4096
MOST_VOCABULARY = 1_000_000


def kind_of(spec: Spec) -> InputKind:
    """What kind of data an input takes."""
    if spec.dtype == "int64":
        return "text"
    return "image" if len(spec.shape) == 4 else "vector"


def fitting(spec: Spec) -> tuple[dict[str, Any], Before | None, bool]:
    """The document's `data` for an input, a layer to put behind it where it needs one, and whether a set was found.

    The person chooses data of their own later; until then the network can be checked, and tried.
    """
    shape = spec.shape[1:]
    if spec.dtype == "int64" and len(shape) == 1:
        words = {"max_length": shape[0], "vocabulary_size": spec.categories or 3}
        fits = shape[0] <= MOST_TOKENS and 3 <= words["vocabulary_size"] <= MOST_VOCABULARY
        return ({"source": "reviews", **words}, None, True) if fits else ({}, None, False)
    if len(shape) == 3 and shape[1] == shape[2] and shape[0] in (1, 3) and shape[1] <= MOST_SIZE:
        return images(shape[0], shape[1]), None, True
    for name, (channels, size) in OWN.items():
        whole = Spec((2, channels, size, size), "float32", "N C H W")
        if shape == (channels * size * size,):
            return {"source": name}, ("Flatten", {}, whole), True
        if channels == 1 and shape == (size, size):
            return {"source": name}, ("Squeeze", {}, whole), True
    return ({"source": "xor"}, None, True) if shape == (2,) else ({}, None, False)


def images(channels: int, size: int) -> dict[str, Any]:
    """A set of images of that size: one that has it already, or the one with as many colours, scaled."""
    own = next((name for name, what in OWN.items() if what == (channels, size)), None)
    if own:
        return {"source": own}
    return {"source": "mnist" if channels == 1 else "cifar10", "size": size}

"""The shape, type and axes of what flows along a wire."""

from dataclasses import dataclass
from typing import Literal

DType = Literal["float32", "int64"]
BYTES: dict[DType, int] = {"float32": 4, "int64": 8}

AXES = {
    "N": "sample",
    "C": "channel",
    "D": "depth",
    "H": "height",
    "W": "width",
    "L": "position",
    "F": "feature",
}


@dataclass(frozen=True)
class Spec:
    """A tensor without its values.

    `shape` starts with the batch axis N; `axes` names each axis by a letter of `AXES`, separated by spaces.
    `categories` is how many different values an int64 tensor holds (the size of a vocabulary).
    """

    shape: tuple[int, ...]
    dtype: DType = "float32"
    axes: str = ""
    categories: int | None = None

    def __str__(self) -> str:
        """The shape of one sample: `32x28x28`."""
        return "x".join(str(n) for n in self.shape[1:])

    @property
    def names(self) -> str:
        """The axes of one sample in words: `channel x height x width`."""
        return " x ".join(AXES.get(letter, letter) for letter in self.axes.split()[1:])

    @property
    def elements(self) -> int:
        """Numbers in one sample."""
        product = 1
        for n in self.shape[1:]:
            product *= n
        return product

    @property
    def bytes(self) -> int:
        """Bytes of one sample."""
        return self.elements * BYTES[self.dtype]

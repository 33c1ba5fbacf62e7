"""A drawing made to look like the digits that networks learn from."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# what the longer side of a digit takes of its image: MNIST's stand in a box of 20 of 28 pixels, scikit-learn's fill it
FILLS = {"mnist": 20 / 28, "digits": 1.0}
FAINTEST = 32  # of 255; what is darker is the soft edge of a stroke


def from_drawing(rgba: NDArray[np.uint8], fill: float = FILLS["mnist"]) -> bytes | None:
    """The drawing as a PNG for the run's own preparation: cropped to its strokes, centred by mass; None when empty.

    Shape:  (H, W, 4) uint8, white strokes on black or on nothing -> a square image in grey
    Params: fill, the share of the square's side that the longer side of the strokes takes
    Source: MNIST's own recipe, at the foot of yann.lecun.com/exdb/mnist.
    """
    strokes = _ink(rgba)
    if strokes is None:
        return None
    height, width = strokes.shape
    side = max(1, round(max(height, width) / fill))
    square = np.zeros((side, side), np.uint8)
    top, left = (_start(strokes, axis, side) for axis in (0, 1))
    square[top : top + height, left : left + width] = strokes
    file = io.BytesIO()
    Image.fromarray(square).save(file, "PNG")
    return file.getvalue()


def _ink(rgba: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The strokes in grey, cropped to their bounding box; None when there are none."""
    colour = rgba[..., :3].max(axis=-1).astype(np.uint16)
    grey = (colour * rgba[..., 3] // 255).astype(np.uint8)
    rows, columns = (np.flatnonzero((grey >= FAINTEST).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    cropped: NDArray[np.uint8] = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return cropped


def _start(strokes: NDArray[np.uint8], axis: int, side: int) -> int:
    """Where the box begins, so that its centre of mass is the middle of the square and nothing is cut off."""
    mass = strokes.sum(axis=1 - axis, dtype=np.float64)
    centre = (mass * np.arange(len(mass))).sum() / mass.sum() + 0.5
    return int(np.clip(round(side / 2 - centre), 0, side - len(mass)))

"""Images as a network's input."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error
from builder.core.text import _
from builder.data.images import Fit, Normal, decode, image_array, images_to_float
from builder.data.preparations.kind import SMALLEST_STD, FieldKind, Notify, silent

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # red, green, blue
BLOCK = 1 << 24  # bytes of images looked at together


class ImagePreparation(FieldKind):
    """Bring to one size, then (x / 255 - mean) / std for each channel.

    Shape: raws (N, H, W, C) uint8 -> (N, C, H, W) float32
    """

    kind: Literal["image"] = "image"
    size: tuple[int, int]  # height, width
    mode: Literal["grey", "colour"]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    fit: Fit = "stretch"

    @property
    def channels(self) -> int:
        return 1 if self.mode == "grey" else 3

    def read(self, content: bytes, name: str, notify: Notify = silent) -> NDArray[np.uint8]:
        decoded_image = decode(content, name)
        for notice in decoded_image.notices:
            notify(notice)
        return image_array(decoded_image.image, self.size, self.channels, self.fit)

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[np.uint8]:
        raise Error("T-TEXT", _("This network reads images, not text. Choose an image file."))

    def apply(self, raws: Sequence[NDArray[np.uint8]] | NDArray[np.uint8]) -> NDArray[np.float32]:
        return images_to_float(np.asarray(raws, np.uint8).reshape(-1, *self.size, self.channels), self.mean, self.std)

    @property
    def spread(self) -> NDArray[np.float32]:
        """Of a scale from 0 to 1."""
        return np.asarray(self.std, np.float32).reshape(-1, 1, 1)

    @property
    def centre(self) -> NDArray[np.float32]:
        return np.asarray(self.mean, np.float32).reshape(-1, 1, 1)

    def back(self, x: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Images. Shape: (N, C, H, W) -> (N, H, W, C)"""
        own = x * self.spread + self.centre
        levels: NDArray[np.uint8] = np.rint(own.clip(0, 1) * 255).astype(np.uint8)
        return levels.transpose(0, 2, 3, 1)

    def view(self, raw: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The image (H, W, C)."""
        return raw


def fit_images(
    images: Any, normalise: Normal, fit: Fit, mean: Sequence[float] = (), std: Sequence[float] = ()
) -> ImagePreparation:
    """The preparation of images, (N, H, W, C) in memory or on disk.

    Params: normalise, by their "own" mean and spread, by those of "imagenet", not at all but scaled to 0..1 ("unit"),
    or by `mean` and `std` ("given"), one number or one for each channel.
    """
    height, width, channels = images.shape[1:]
    if normalise == "unit":
        mean, std = (0.0,), (1.0,)
    elif normalise == "own":
        mean, std = _statistics(images)
    elif normalise == "imagenet":
        # with which torchvision's pretrained networks were trained; grey gets the average
        mean, std = (_of(values, channels) for values in (IMAGENET_MEAN, IMAGENET_STD))
    mode: Literal["grey", "colour"] = "grey" if channels == 1 else "colour"
    # a single number stands for every channel
    means, stds = (tuple(values) * (channels if len(values) == 1 else 1) for values in (mean, std))
    return ImagePreparation(size=(height, width), mode=mode, mean=means, std=stds, fit=fit)


def _of(values: tuple[float, ...], channels: int) -> tuple[float, ...]:
    return values if channels == 3 else (sum(values) / 3,)


def _statistics(images: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Means and spreads from counts of the 256 values: exact, and without a copy as floats."""
    height, width, channels = images.shape[1:]
    counts = np.zeros((channels, 256), np.int64)
    for block in _blocks(images):
        for channel in range(channels):
            counts[channel] += np.bincount(block[..., channel].ravel(), minlength=256)
    levels = np.arange(256) / 255
    shares = counts / (len(images) * height * width)
    means = shares @ levels
    stds = np.sqrt([share @ (levels - mean) ** 2 for share, mean in zip(shares, means, strict=True)])
    return tuple(means.tolist()), tuple(np.where(stds >= SMALLEST_STD, stds, 1.0).tolist())


def _blocks(images: Any) -> Iterator[NDArray[np.uint8]]:
    height, width, channels = images.shape[1:]
    rows = max(1, BLOCK // (height * width * channels))
    for start in range(0, len(images), rows):
        yield np.asarray(images[start : start + rows])

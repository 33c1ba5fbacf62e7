"""Images as a network's input."""

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error
from builder.core.text import _
from builder.data.images import decode, image_array, images_to_float
from builder.data.preparations.kind import SMALLEST_STD, FieldKind, Notify, silent

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # red, green, blue


class ImagePreparation(FieldKind):
    """Scale to one size, then (x / 255 - mean) / std for each channel.

    Shape: raws (N, H, W, C) uint8 -> (N, C, H, W) float32
    """

    kind: Literal["image"] = "image"
    size: tuple[int, int]  # height, width
    mode: Literal["grey", "colour"]
    mean: tuple[float, ...]
    std: tuple[float, ...]

    @property
    def channels(self) -> int:
        return 1 if self.mode == "grey" else 3

    def read(self, content: bytes, name: str, notify: Notify = silent) -> NDArray[np.uint8]:
        decoded_image = decode(content, name)
        for notice in decoded_image.notices:
            notify(notice)
        return image_array(decoded_image.image, self.size, self.channels)

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[np.uint8]:
        raise Error("T-TEXT", _("This network reads images, not text. Choose an image file."))

    def apply(self, raws: Sequence[NDArray[np.uint8]] | NDArray[np.uint8]) -> NDArray[np.float32]:
        return images_to_float(np.asarray(raws, np.uint8).reshape(-1, *self.size, self.channels), self.mean, self.std)

    @property
    def spread(self) -> NDArray[np.float32]:
        """Of a scale from 0 to 1."""
        return np.asarray(self.std, np.float32).reshape(-1, 1, 1)

    def back(self, x: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Images. Shape: (N, C, H, W) -> (N, H, W, C)"""
        own = x * self.spread + np.asarray(self.mean, np.float32).reshape(-1, 1, 1)
        levels: NDArray[np.uint8] = np.rint(own.clip(0, 1) * 255).astype(np.uint8)
        return levels.transpose(0, 2, 3, 1)

    def view(self, raw: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The image (H, W, C)."""
        return raw

    @classmethod
    def fit(cls, images: NDArray[np.uint8]) -> Self:
        """Means and spreads from counts of the 256 values: exact, and without a copy as floats."""
        height, width, channels = images.shape[1:]
        levels = np.arange(256) / 255
        means, stds = [], []
        for channel in range(channels):
            counts = sum(
                np.bincount(image.ravel(), minlength=256) for image in np.array_split(images[..., channel], 64)
            )
            share = counts / (len(images) * height * width)
            mean = float(share @ levels)
            std = float(np.sqrt(share @ (levels - mean) ** 2))
            means.append(mean)
            stds.append(std if std >= SMALLEST_STD else 1.0)
        mode: Literal["grey", "colour"] = "grey" if channels == 1 else "colour"
        return cls(size=(height, width), mode=mode, mean=tuple(means), std=tuple(stds))

    @classmethod
    def as_unit(cls, images: NDArray[np.uint8]) -> Self:
        """From 0 to 1, as images are shown."""
        height, width, channels = images.shape[1:]
        zero, one = (0.0,) * channels, (1.0,) * channels
        return cls(size=(height, width), mode="grey" if channels == 1 else "colour", mean=zero, std=one)

    @classmethod
    def as_imagenet(cls, images: NDArray[np.uint8]) -> Self:
        """The means and spreads with which torchvision's pretrained networks were trained; grey gets their average."""
        height, width, channels = images.shape[1:]
        if channels == 3:
            return cls(size=(height, width), mode="colour", mean=IMAGENET_MEAN, std=IMAGENET_STD)
        mean, std = (sum(values) / 3 for values in (IMAGENET_MEAN, IMAGENET_STD))
        return cls(size=(height, width), mode="grey", mean=(mean,), std=(std,))

"""The small digits that ship with scikit-learn."""

from typing import ClassVar, Literal

import numpy as np

from builder.data.fields import DataSpec
from builder.data.sources.source import ImageSource, Progress, Samples, quiet

CLASSES = tuple("0123456789")


class Digits(ImageSource):
    """1,797 handwritten digits of 8 x 8 pixels.

    Source: sklearn.datasets.load_digits; UCI "Optical Recognition of Handwritten Digits", test part.
    """

    title: ClassVar[str] = "Digits"
    about: ClassVar[str] = "1,797 handwritten digits of 8 x 8 grey pixels. Here at once, trains in seconds."

    source: Literal["digits"] = "digits"

    def spec(self) -> DataSpec:
        return self.spec_of((8, 8, 1), CLASSES)

    def load(self, progress: Progress = quiet) -> Samples:
        from sklearn.datasets import load_digits  # slow to import, and needed by nobody else

        digits = load_digits()
        images = (digits.images * (255 / 16)).round().astype(np.uint8)[..., None]
        return self.samples(images, digits.target.astype(np.int64), CLASSES)

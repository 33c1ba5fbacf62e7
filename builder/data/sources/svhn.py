"""House numbers, in the MATLAB files of their authors."""

import hashlib
import io
import zlib
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error
from builder.core.text import _, quote
from builder.data.fields import DataSpec
from builder.data.sources.download import download
from builder.data.sources.places import find, own_folder
from builder.data.sources.source import ImageSource, Progress, Samples, quiet

MIRRORS = ("http://ufldl.stanford.edu/housenumbers/",)
FILES = {
    "train_32x32.mat": "e26dedcc434d2e4c54c9b2d4a06d8373",
    "test_32x32.mat": "eb5a983be6a315427106f1b164d9cef3",
}
FOLDER = "SVHN"
CLASSES = tuple("0123456789")


class Svhn(ImageSource):
    """99,289 photographs of digits in house numbers, 32 x 32 colour pixels.

    Source: Netzer et al. 2011, "Reading Digits in Natural Images with Unsupervised Feature Learning"; addresses and
    sums as in torchvision.datasets.SVHN.
    """

    title: ClassVar[str] = "SVHN"
    about: ClassVar[str] = "99,289 photographs of digits in house numbers, 32 x 32 colour pixels; 246 MB to download."
    ignores: ClassVar[frozenset[str]] = frozenset({"test"})
    download_bytes: ClassVar[int] = 246_345_677

    source: Literal["svhn"] = "svhn"

    def spec(self) -> DataSpec:
        return self.spec_of((32, 32, 3), CLASSES)

    def here(self) -> bool:
        return all(_found(name) for name in FILES)

    def load(self, progress: Progress = quiet) -> Samples:
        read = [read_mat(_located(number, progress), md5) for number, md5 in enumerate(FILES.values())]
        images, labels = (np.concatenate(column) for column in zip(*read, strict=True))
        rows, train = np.arange(len(labels), dtype=np.int64), len(read[0][1])
        return self.samples(images, labels, CLASSES, {"train": rows[:train], "test": rows[train:]})


def _found(name: str) -> Path | None:
    return find(f"{FOLDER}/{name}", name)  # torchvision keeps the files without a folder of their own


def _located(number: int, progress: Progress) -> Path:
    name, md5 = list(FILES.items())[number]

    def overall(share: float, doing: str) -> None:
        progress((number + share) / len(FILES), doing)

    return _found(name) or download(MIRRORS, name, md5, own_folder() / FOLDER, overall)


def read_mat(path: Path, md5: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (N, 32, 32, 3) and labels of a file, whose md5 must be the published one. Raises: Error I-BAD."""
    from scipy.io import loadmat  # slow to import, and needed by nobody else
    from scipy.io.matlab import MatReadError

    content = path.read_bytes()
    text = _("{name} is cut off, damaged or changed. Delete it to download it again.")
    damaged = Error("I-BAD", text.format(name=quote(path.name)))
    # MATLAB's format can hold much; only the very bytes that the authors published are opened
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise damaged
    try:
        held = loadmat(io.BytesIO(content), variable_names=["X", "y"])
        pixels, labels = np.asarray(held["X"], np.uint8), np.asarray(held["y"]).reshape(-1).astype(np.int64)
        images = np.ascontiguousarray(pixels.transpose(3, 0, 1, 2)).reshape(len(labels), 32, 32, 3)
    except (MatReadError, KeyError, ValueError, TypeError, NotImplementedError, zlib.error) as error:
        raise damaged from error
    return images, labels % 10  # the authors call a zero 10

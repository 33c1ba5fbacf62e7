"""CIFAR-10, in the Python batches of its authors."""

import hashlib
import io
import pickle
import tarfile
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Error
from builder.core.files import write_atomic
from builder.core.text import _, quote
from builder.data.fields import DataSpec
from builder.data.sources.download import download
from builder.data.sources.places import find, own_folder
from builder.data.sources.source import ImageSource, Progress, Samples, quiet

FOLDER = "cifar-10-batches-py"
MIRRORS = ("https://www.cs.toronto.edu/~kriz/",)
ARCHIVE, ARCHIVE_MD5 = "cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a"
BATCHES = {
    "data_batch_1": "c99cafc152244af753f735de768cd75f",
    "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
    "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
    "data_batch_4": "634d18415352ddfa80567beed471001a",
    "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    "test_batch": "40351d587109b95175f43aff81a1287e",
}
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
MOST_BYTES = 64_000_000  # of one batch; the real ones have 31 MB
SHAPE = (3, 32, 32)


class Cifar10(ImageSource):
    """60,000 colour images of 32 x 32 pixels in ten classes.

    Source: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"; address and sums as in
    torchvision.datasets.CIFAR10.
    """

    title: ClassVar[str] = "CIFAR-10"
    about: ClassVar[str] = "60,000 photographs of animals and vehicles, 32 x 32 colour pixels; 170 MB to download."
    ignores: ClassVar[frozenset[str]] = frozenset({"test"})
    download_bytes: ClassVar[int] = 170_498_071

    source: Literal["cifar10"] = "cifar10"

    def spec(self) -> DataSpec:
        return self.spec_of((32, 32, 3), CLASSES)

    def here(self) -> bool:
        return all(find(f"{FOLDER}/{name}") for name in BATCHES)

    def load(self, progress: Progress = quiet) -> Samples:
        if not self.here():
            _download(progress)
        batches = [_read(name) for name in BATCHES]
        images = np.concatenate([images for images, _labels in batches])
        labels = np.concatenate([labels for _images, labels in batches])
        rows, tested = np.arange(len(labels), dtype=np.int64), len(batches[-1][1])
        return self.samples(images, labels, CLASSES, {"train": rows[:-tested], "test": rows[-tested:]})


def _download(progress: Progress) -> None:
    """Fetch the archive and keep its batches; the archive itself is not kept."""
    folder = own_folder() / FOLDER
    instead = _('put its folder "{folder}"').format(folder=FOLDER)
    archive = download(MIRRORS, ARCHIVE, ARCHIVE_MD5, folder, progress, instead=instead)
    try:
        with tarfile.open(archive) as tar:
            for name in BATCHES:
                file = tar.extractfile(f"{FOLDER}/{name}")
                write_atomic(folder / name, file.read(MOST_BYTES) if file else b"")
    except (tarfile.TarError, KeyError, OSError, EOFError) as error:
        raise _damaged(ARCHIVE) from error
    finally:
        archive.unlink(missing_ok=True)


def _damaged(name: str) -> Error:
    text = _("{name} is cut off, damaged or changed. Delete it to download it again.")
    return Error("I-BAD", text.format(name=quote(name)))


def _read(name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    path = find(f"{FOLDER}/{name}")
    assert path is not None
    return read_batch(path, BATCHES[name])


def read_batch(path: Path, md5: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (N, 32, 32, 3) and labels of one batch, whose md5 must be the published one. Raises: Error I-BAD."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    # a pickle can run code, so only the very bytes that the authors published are opened, and even these with a
    # reader that can make nothing but plain values and arrays
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise _damaged(path.name)
    try:
        batch = ArrayUnpickler(content).load()
        pixels = np.asarray(batch["data"], np.uint8).reshape(-1, *SHAPE)
        labels = np.asarray(batch["labels"], np.int64)
    except (pickle.UnpicklingError, KeyError, ValueError, TypeError, EOFError) as error:
        raise _damaged(path.name) from error
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)), labels


class ArrayUnpickler(pickle.Unpickler):
    """Reads plain values and numpy arrays, as Python 2 wrote them; everything else is refused."""

    allowed: ClassVar[dict[tuple[str, str], Any]] = {
        ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), encoding="latin1")

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong here")
        return self.allowed[module, name]

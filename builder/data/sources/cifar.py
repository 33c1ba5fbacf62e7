"""CIFAR-10 and CIFAR-100, in the Python batches of their authors."""

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

MIRRORS = ("https://www.cs.toronto.edu/~kriz/",)
MOST_BYTES = 200_000_000  # of one batch; the largest real one has 155 MB
SHAPE = (3, 32, 32)


class Cifar(ImageSource):
    """Batches of 32 x 32 colour images in a folder, the last one for testing, as torchvision lays them out."""

    ignores: ClassVar[frozenset[str]] = frozenset({"test"})
    folder: ClassVar[str]
    archive: ClassVar[str]
    archive_md5: ClassVar[str]
    batches: ClassVar[dict[str, str]]  # with their md5
    key: ClassVar[str]  # of the labels in a batch
    classes: ClassVar[tuple[str, ...]]

    def spec(self) -> DataSpec:
        return self.spec_of((32, 32, 3), self.classes)

    def here(self) -> bool:
        return all(find(f"{self.folder}/{name}") for name in self.batches)

    def load(self, progress: Progress = quiet) -> Samples:
        if not self.here():
            self._download(progress)
        batches = [self._read(name) for name in self.batches]
        images = np.concatenate([images for images, _labels in batches])
        labels = np.concatenate([labels for _images, labels in batches])
        rows, tested = np.arange(len(labels), dtype=np.int64), len(batches[-1][1])
        return self.samples(images, labels, self.classes, {"train": rows[:-tested], "test": rows[-tested:]})

    def _download(self, progress: Progress) -> None:
        """Fetch the archive and keep its batches; the archive itself is not kept."""
        folder = own_folder() / self.folder
        instead = _('put its folder "{folder}"').format(folder=self.folder)
        archive = download(MIRRORS, self.archive, self.archive_md5, folder, progress, instead=instead)
        try:
            with tarfile.open(archive) as tar:
                for name in self.batches:
                    file = tar.extractfile(f"{self.folder}/{name}")
                    write_atomic(folder / name, file.read(MOST_BYTES) if file else b"")
        except (tarfile.TarError, KeyError, OSError, EOFError) as error:
            raise _damaged(self.archive) from error
        finally:
            archive.unlink(missing_ok=True)

    def _read(self, name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        path = find(f"{self.folder}/{name}")
        assert path is not None
        return read_batch(path, self.batches[name], self.key)


class Cifar10(Cifar):
    """60,000 colour images of 32 x 32 pixels in ten classes.

    Source: Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images"; address and sums as in
    torchvision.datasets.CIFAR10.
    """

    title: ClassVar[str] = "CIFAR-10"
    about: ClassVar[str] = "60,000 photographs of animals and vehicles, 32 x 32 colour pixels; 170 MB to download."
    download_bytes: ClassVar[int] = 170_498_071
    folder: ClassVar[str] = "cifar-10-batches-py"
    archive: ClassVar[str] = "cifar-10-python.tar.gz"
    archive_md5: ClassVar[str] = "c58f30108f718f92721af3b95e74349a"
    batches: ClassVar[dict[str, str]] = {
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
        "test_batch": "40351d587109b95175f43aff81a1287e",
    }
    key: ClassVar[str] = "labels"
    classes: ClassVar[tuple[str, ...]] = (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    )  # fmt: skip

    source: Literal["cifar10"] = "cifar10"


class Cifar100(Cifar):
    """60,000 colour images of 32 x 32 pixels in a hundred classes.

    Source: as CIFAR-10; address and sums as in torchvision.datasets.CIFAR100.
    """

    title: ClassVar[str] = "CIFAR-100"
    about: ClassVar[str] = "60,000 photographs of a hundred kinds of things, 32 x 32 colour pixels; hard."
    download_bytes: ClassVar[int] = 169_001_437
    folder: ClassVar[str] = "cifar-100-python"
    archive: ClassVar[str] = "cifar-100-python.tar.gz"
    archive_md5: ClassVar[str] = "eb9058c3a382ffc7106e4002c42a8d85"
    batches: ClassVar[dict[str, str]] = {
        "train": "16019d7e3df5f24257cddd939b257f8d",
        "test": "f0ef6b0ae62326f3e7ffdfab6717acfc",
    }
    key: ClassVar[str] = "fine_labels"
    classes: ClassVar[tuple[str, ...]] = (
        "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
        "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
        "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish",
        "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
        "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange",
        "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine",
        "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk",
        "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank",
        "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
        "willow_tree", "wolf", "woman", "worm",
    )  # fmt: skip

    source: Literal["cifar100"] = "cifar100"


def _damaged(name: str) -> Error:
    text = _("{name} is cut off, damaged or changed. Delete it to download it again.")
    return Error("I-BAD", text.format(name=quote(name)))


def read_batch(path: Path, md5: str, key: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (N, 32, 32, 3) and labels of one batch, whose md5 must be the published one.

    Params: key, under which the labels stand. Raises: Error I-BAD.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    # a pickle can run code, so only the very bytes that the authors published are opened, and even these with a
    # reader that can make nothing but plain values and arrays
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise _damaged(path.name)
    try:
        batch = ArrayUnpickler(content).load()
        pixels = np.asarray(batch["data"], np.uint8).reshape(-1, *SHAPE)
        labels = np.asarray(batch[key], np.int64)
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

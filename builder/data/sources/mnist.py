"""MNIST, Fashion-MNIST and KMNIST, in the IDX files of their authors."""

import gzip
import struct
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

MOST_VALUES = 100_000_000
FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


class _Idx(ImageSource):
    """Four IDX files below `<folder>/raw`, as torchvision lays them out."""

    ignores: ClassVar[frozenset[str]] = frozenset({"test"})
    folder: ClassVar[str]
    mirrors: ClassVar[tuple[str, ...]]
    md5s: ClassVar[tuple[str, str, str, str]]
    classes: ClassVar[tuple[str, ...]]

    def spec(self) -> DataSpec:
        return self.spec_of((28, 28, 1), self.classes)

    def here(self) -> bool:
        return all(self._found(name) for name in FILES)

    def load(self, progress: Progress = quiet) -> Samples:
        arrays = [read_idx(self._locate(number, progress)) for number in range(len(FILES))]
        images = np.concatenate([arrays[0], arrays[2]])
        labels = np.concatenate([arrays[1], arrays[3]]).astype(np.int64)
        if images.ndim != 3 or labels.ndim != 1 or len(images) != len(labels) or labels.max() >= len(self.classes):
            text = _("The files of {title} do not belong together. Delete them to download them again.")
            raise Error("I-BAD", text.format(title=self.title))
        train, rows = len(arrays[0]), np.arange(len(labels), dtype=np.int64)
        return self.samples(images[..., None], labels, self.classes, {"train": rows[:train], "test": rows[train:]})

    def _locate(self, number: int, progress: Progress) -> Path:
        """The file on this machine, downloaded when it is not here yet."""
        name = FILES[number]
        if path := self._found(name):
            return path

        def overall(share: float, doing: str) -> None:
            progress((number + share) / len(FILES), doing)

        return download(self.mirrors, name, self.md5s[number], own_folder() / self.folder / "raw", overall)

    def _found(self, name: str) -> Path | None:
        return find(f"{self.folder}/raw/{name}", f"{self.folder}/raw/{name.removesuffix('.gz')}")


def read_idx(path: Path) -> NDArray[np.uint8]:
    """An IDX file of unsigned bytes, zipped or not; never reads more than its header announces.

    Raises: Error I-BAD. Source: the file format as described at the foot of yann.lecun.com/exdb/mnist.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            zero, kind, axes = struct.unpack(">HBB", file.read(4))
            shape = struct.unpack(f">{axes}I", file.read(4 * axes))
            count = int(np.prod(shape, dtype=np.float64))
            if (zero, kind) != (0, 8) or not 1 <= axes <= 3 or not 0 < count <= MOST_VALUES:
                raise ValueError
            content = file.read(count)
        return np.frombuffer(content, np.uint8, count).reshape(shape)
    except (OSError, EOFError, ValueError, struct.error, zlib.error):
        text = _("{name} is cut off or damaged. Delete it to download it again.")
        raise Error("I-BAD", text.format(name=quote(path.name))) from None


class Mnist(_Idx):
    """70,000 handwritten digits of 28 x 28 pixels.

    Source: LeCun, Bottou, Bengio & Haffner 1998; addresses and sums as in torchvision.datasets.MNIST.
    """

    title: ClassVar[str] = "MNIST"
    about: ClassVar[str] = "70,000 handwritten digits of 28 x 28 grey pixels, with a test part of 10,000."
    download_bytes: ClassVar[int] = 11_594_722
    folder: ClassVar[str] = "MNIST"
    mirrors: ClassVar[tuple[str, ...]] = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    )
    md5s: ClassVar[tuple[str, str, str, str]] = (
        "f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "d53e105ee54ea40749a09fcbcd1e9432",
        "9fb629c4189551a2d022fa330f9573f3",
        "ec29112dd5afa0611ce80d1b7f02629c",
    )
    classes: ClassVar[tuple[str, ...]] = tuple("0123456789")

    source: Literal["mnist"] = "mnist"


class FashionMnist(_Idx):
    """70,000 pictures of clothes of 28 x 28 pixels.

    Source: Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747; addresses and sums as in torchvision.datasets.FashionMNIST.
    """

    title: ClassVar[str] = "Fashion-MNIST"
    about: ClassVar[str] = "70,000 pictures of ten kinds of clothes, 28 x 28 grey pixels: harder than digits."
    download_bytes: ClassVar[int] = 30_878_645
    folder: ClassVar[str] = "FashionMNIST"
    mirrors: ClassVar[tuple[str, ...]] = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    md5s: ClassVar[tuple[str, str, str, str]] = (
        "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
        "25c81989df183df01b3e8a0aad5dffbe",
        "bef4ecab320f06d8554ea6380940ec79",
        "bb300cfdad3c16e7a12a480ee83cd310",
    )
    classes: ClassVar[tuple[str, ...]] = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )

    source: Literal["fashion-mnist"] = "fashion-mnist"


class Kmnist(_Idx):
    """70,000 cursive Japanese characters of 28 x 28 pixels.

    Source: Clanuwat et al. 2018, arXiv:1812.01718; addresses and sums as in torchvision.datasets.KMNIST.
    """

    title: ClassVar[str] = "KMNIST"
    about: ClassVar[str] = "70,000 characters from old Japanese books, ten kinds, 28 x 28 grey pixels."
    download_bytes: ClassVar[int] = 21_268_000
    folder: ClassVar[str] = "KMNIST"
    mirrors: ClassVar[tuple[str, ...]] = ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",)
    md5s: ClassVar[tuple[str, str, str, str]] = (
        "bdb82020997e1d708af4cf47b453dcf7",
        "e144d726b3acfaa3e44228e80efcd344",
        "5c965bf0a639b31b8f53240b1b52f4d7",
        "7320c461ea6c1c855c0b718fb2a4b134",
    )
    classes: ClassVar[tuple[str, ...]] = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")

    source: Literal["kmnist"] = "kmnist"

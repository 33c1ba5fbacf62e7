"""Rows of bytes in a file on disk, read where they are asked for: sets larger than memory."""

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Index = NDArray[np.int64]


class Stored:
    """Rows of uint8 in a file, as an array has them. Slices and indexes choose rows; a number, `numpy.asarray` and
    `take` read them.

    Rows are read where they lie and never mapped: pages of a map count as memory of this process. The file may be
    deleted meanwhile, its rows stay readable.

    Params: digest, the sha256 of what the rows were made of.
    """

    dtype = np.dtype(np.uint8)
    ndim = 4

    def __init__(self, path: Path, shape: tuple[int, ...], digest: str) -> None:
        self._file = path.open("rb", buffering=0)
        self._item, self._bytes = shape[1:], int(np.prod(shape[1:]))
        self._rows: Index = np.arange(shape[0])
        self.digest = digest

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self._rows), *self._item)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, int | np.integer):
            return self.take(np.array([at]))[0]
        chosen = object.__new__(Stored)
        chosen.__dict__ = {**self.__dict__, "_rows": self._rows[at]}
        return chosen

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self.take(np.arange(len(self))).astype(dtype or np.uint8, copy=False)

    def take(self, index: Index) -> NDArray[np.uint8]:
        """Some rows, in this order. Raises: OSError when the file ends too early."""
        found = np.empty((len(index), *self._item), np.uint8)
        file = self._file.fileno()
        for image, row in zip(found, self._rows[index].tolist(), strict=True):
            if os.preadv(file, [image.data], row * self._bytes) != self._bytes:
                raise OSError("a prepared set on disk ends too early")
        return found

    def soon(self, index: Index) -> None:
        """Tell the system that these rows will be read next, so that it fetches them meanwhile."""
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):
                for row in self._rows[index].tolist():
                    os.posix_fadvise(self._file.fileno(), row * self._bytes, self._bytes, os.POSIX_FADV_WILLNEED)

"""Words of a few columns as numbers that an Embedding takes.

`places_to_index` needs numpy alone: exported projects carry its source.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from builder.data.preparations.cells import given_cells
from builder.data.preparations.kind import FieldKind, Notify, silent


class IndexPreparation(FieldKind):
    """A number for each column's word. Each column has numbers of its own, so that one Embedding serves them all.

    A raw has the place of each word among its column's, beginning with 1; what is missing or unknown is 0.
    Shape: raws (N, K) int64 -> (N, K) int64, 0 to the number of all words
    """

    kind: Literal["index"] = "index"
    columns: tuple[str, ...]
    categories: tuple[tuple[str, ...], ...]  # of each column

    def read_text(self, text: str, notify: Notify = silent) -> NDArray[np.int64]:
        """Words as `city=Rome, colour=red`, or of a single column the word alone; what is not named is unknown."""
        if len(self.columns) == 1 and "=" not in text:
            return self.row({self.columns[0]: text})
        return self.row(given_cells(text, self.columns))

    def row(self, cells: Mapping[str, str]) -> NDArray[np.int64]:
        """A raw from cells by column."""
        given = [cells.get(name, "").strip() for name in self.columns]
        places = [
            words.index(cell) + 1 if cell in words else 0 for cell, words in zip(given, self.categories, strict=True)
        ]
        return np.array(places, np.int64)

    def apply(self, raws: Any) -> NDArray[np.int64]:
        places = np.asarray(raws, np.int64).reshape(-1, len(self.columns))
        return places_to_index(places, self.categories)

    def view(self, raw: NDArray[np.int64]) -> list[str]:
        """The words with the names of their columns."""
        words = [words[at - 1] if at else "–" for at, words in zip(raw.tolist(), self.categories, strict=True)]
        return [f"{name}: {word}" for name, word in zip(self.columns, words, strict=True)]


def places_to_index(places: NDArray[np.int64], categories: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """Places of words in their columns (N, K), 0 where unknown, as numbers that no two columns share."""
    before = np.cumsum([0, *map(len, categories)])[:-1]
    return np.where(places > 0, places + before, 0)

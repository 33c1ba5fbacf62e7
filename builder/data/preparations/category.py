"""What is kept of a category, or a tag for each token, that is predicted."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from builder.core.settings import Settings


class CategoryPreparation(Settings):
    """How many samples of each class the training part has; the numbers of classes are learned as they are."""

    kind: Literal["category"] = "category"
    counts: tuple[int, ...]

    def apply(self, values: NDArray[Any]) -> NDArray[Any]:
        """As the network learns them."""
        return values


def fit_categories(values: NDArray[np.int64]) -> CategoryPreparation:
    """Count the classes of the training part, which has them all; or its tags, -100 where there is no token."""
    return CategoryPreparation(counts=tuple(np.bincount(values[values >= 0]).tolist()))

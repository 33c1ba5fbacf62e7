"""What the kinds of preparation share."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.core.errors import Problem
from builder.core.settings import Settings
from builder.data.tables import decoded

Notify = Callable[[Problem], None]
SMALLEST_STD = 1e-3  # what hardly varies is only centred


def silent(notice: Problem) -> None:
    """Notices that nobody reads."""


class FieldKind(Settings):
    """What the kinds of preparation share. A raw is one sample as `read` or `read_text` gives it."""

    def read(self, content: bytes, name: str, notify: Notify = silent) -> Any:
        """A raw from a file's content. Raises: Error I-*, T-*."""
        return self.read_text(decoded(content), notify)

    @abstractmethod
    def read_text(self, text: str, notify: Notify = silent) -> Any:
        """A raw from typed text. Raises: Error T-TEXT."""

    @abstractmethod
    def apply(self, raws: Any) -> NDArray[Any]:
        """The network's input for many raws."""

    @property
    def spread(self) -> NDArray[np.float32]:
        """How much of the field's own scale is 1 of what the network gets: stretches to the shape of a sample."""
        return np.ones((), np.float32)

    @property
    def centre(self) -> NDArray[np.float32]:
        """What 0 of what the network gets is in the field's own scale."""
        return np.zeros((), np.float32)

    def back(self, x: NDArray[np.float32]) -> NDArray[Any]:
        """Of what the network gets, or makes like it, what may be shown to people; raws where there is a way back."""
        return x

    @abstractmethod
    def view(self, raw: Any) -> Any:
        """A raw as the network sees it, to be shown to people."""

"""The smallest problem that needs a hidden layer."""

from typing import ClassVar, Literal

import numpy as np

from builder.core.specs import Spec
from builder.data.fields import PARTS, DataSpec, InputField, InputKind, Target
from builder.data.sources.source import Progress, Samples, Source, quiet

POINTS = ((0, 0), (0, 1), (1, 0), (1, 1))
CLASSES = ("0", "1")


class Xor(Source):
    """The four points of exclusive or: 1 where exactly one input is 1.

    There is nothing to hold back, so each part is all four points, and the settings of the split change nothing.
    """

    title: ClassVar[str] = "XOR"
    about: ClassVar[str] = "Four points that no straight line divides. Every part holds all four."
    kind: ClassVar[InputKind] = "vector"
    generated: ClassVar[bool] = True
    ignores: ClassVar[frozenset[str]] = frozenset({"validation", "test", "split", "seed", "limit"})

    source: Literal["xor"] = "xor"

    def spec(self) -> DataSpec:
        field = InputField("vector", "vector", Spec((2, 2), "float32", "N F"))
        return DataSpec((field,), (Target("label", CLASSES),))

    def load(self, progress: Progress = quiet) -> Samples:
        inputs = np.array(POINTS, np.float32)
        labels = inputs.sum(axis=1).astype(np.int64) % 2
        parts = {part: np.arange(len(POINTS), dtype=np.int64) for part in PARTS}
        return Samples.single(self.spec(), inputs, labels, parts)

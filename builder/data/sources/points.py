"""Points of the plane in two or more classes, made to see what a network can learn."""

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from builder.core.specs import Spec
from builder.data.fields import DataSpec, InputField, InputKind, Target
from builder.data.sources.augmentations import TableAugmentation
from builder.data.sources.source import Index, Progress, Samples, Source, quiet


class Points(Source):
    """Two numbers and a class for each point."""

    kind: ClassVar[InputKind] = "vector"

    count: int = Field(600, ge=30, le=1_000_000, description="How many points.", json_schema_extra={"unit": "points"})
    noise: float = Field(0.1, ge=0, le=2, description="How far points stray from their line.")
    augmentation: TableAugmentation = Field(
        default_factory=TableAugmentation, description="Random changes while training."
    )

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """What the classes are called."""

    @abstractmethod
    def place(self, labels: Index, along: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points of these classes, each so far, 0 to 1, along its line. Shape: (N), (N) -> (N, 2)"""

    def spec(self) -> DataSpec:
        field = InputField("vector", "vector", Spec((2, 2), "float32", "N F"))
        return DataSpec((field,), (Target("label", self.classes),))

    def load(self, progress: Progress = quiet) -> Samples:
        # not the seed of the split: another split leaves the points where they are
        random = np.random.default_rng(0)
        labels = np.arange(self.count, dtype=np.int64) % len(self.classes)
        points = self.place(labels, random.random(self.count))
        points += random.normal(0, self.noise, points.shape) if self.noise else 0
        parts = self.divided(labels, self.classes)
        return Samples.single(self.spec(), points.astype(np.float32), labels, parts)


class Moons(Points):
    """Two half circles that reach into each other."""

    title: ClassVar[str] = "Two moons"
    about: ClassVar[str] = "Two half circles that reach into each other: no straight line divides them. Made here."
    generated: ClassVar[bool] = True

    source: Literal["moons"] = "moons"

    @property
    def classes(self) -> tuple[str, ...]:
        return ("upper", "lower")

    def place(self, labels: Index, along: NDArray[np.float64]) -> NDArray[np.float64]:
        angle = along * np.pi
        upper = np.stack([np.cos(angle), np.sin(angle)], 1)
        lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], 1)
        return np.where(labels[:, None] == 0, upper, lower)


class Spirals(Points):
    """Arms that turn about one middle."""

    title: ClassVar[str] = "Spirals"
    about: ClassVar[str] = "Arms that turn about one middle: a small network needs depth for them. Made here."
    generated: ClassVar[bool] = True

    source: Literal["spirals"] = "spirals"
    arms: int = Field(2, ge=2, le=8, description="How many arms, each a class.")
    turns: float = Field(1.5, gt=0, le=4, description="How often an arm goes round.")
    noise: float = Field(0.02, ge=0, le=2, description="How far points stray from their line.")

    @property
    def classes(self) -> tuple[str, ...]:
        return tuple(str(number + 1) for number in range(self.arms))

    def place(self, labels: Index, along: NDArray[np.float64]) -> NDArray[np.float64]:
        far = np.sqrt(along)  # so that points lie equally close everywhere
        angle = 2 * np.pi * (self.turns * far + labels / self.arms)
        return np.stack([far * np.cos(angle), far * np.sin(angle)], 1)

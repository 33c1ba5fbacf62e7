"""Short reviews in English and Chinese, written for this project."""

import csv
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from builder.data.fields import DataSpec
from builder.data.sources.source import Progress, Samples, quiet
from builder.data.sources.text import TextSource

FOLDER = Path(__file__).parent / "reviews"
FILES = {"english": ("en.csv",), "chinese": ("zh.csv",), "both": ("en.csv", "zh.csv")}
CLASSES = ("negative", "positive")


class Reviews(TextSource):
    """Short reviews of everyday things, positive or negative, half in English and half in Chinese."""

    title: ClassVar[str] = "Reviews"
    about: ClassVar[str] = "Short reviews in English and Chinese: is the writer pleased? Here at once."

    source: Literal["reviews"] = "reviews"
    language: Literal["both", "english", "chinese"] = Field("both", description="Which reviews.")
    max_length: int = Field(
        32, ge=1, le=4096, description="Longer texts are cut to so many.", json_schema_extra={"unit": "tokens"}
    )
    vocabulary_size: int = Field(
        4_000, ge=3, le=1_000_000, description="The most different tokens.", json_schema_extra={"unit": "tokens"}
    )

    def spec(self) -> DataSpec:
        return self.spec_of(CLASSES)

    def load(self, progress: Progress = quiet) -> Samples:
        rows: list[dict[str, str]] = []
        for name in FILES[self.language]:
            with (FOLDER / name).open(encoding="utf-8", newline="") as file:
                rows += csv.DictReader(file)
        texts = [row["text"] for row in rows]
        labels = np.array([CLASSES.index(row["label"]) for row in rows], np.int64)
        parts = self.divided(labels, CLASSES)
        return Samples.single(self.spec(), texts, labels, parts)

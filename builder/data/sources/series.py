"""Series divided by time into parts, and each part into windows: some past values, and those that followed."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from pydantic import Field

from builder.core.errors import Error, Problem
from builder.core.specs import Spec
from builder.core.text import _, quote, size
from builder.data.fields import PARTS, Column, DataSpec, InputField, InputKind, Part, Target
from builder.data.sources.source import Index, Progress, Samples, Source, fingerprint, quiet

FIELD = "series"
MOST_BYTES = 2_000_000_000  # of all windows together


@dataclass(frozen=True, eq=False)
class Series:
    """Values (T, columns) float32 in the order of time, of which the first column is continued; `times` names rows."""

    columns: tuple[str, ...]
    values: NDArray[np.float32]
    times: Sequence[str]
    notices: tuple[Problem, ...] = ()


class SeriesSource(Source):
    """Windows of a series. The newest values are the test part, those before them the validation part.

    No window reaches over the border of a part, so no value is in two parts.
    """

    kind: ClassVar[InputKind] = "series"
    ignores: ClassVar[frozenset[str]] = frozenset({"split"})

    window: int = Field(
        24, ge=1, le=4096, description="How many past values enter.", json_schema_extra={"unit": "steps"}
    )
    horizon: int = Field(
        12, ge=1, le=1024, description="How many values ahead are predicted.", json_schema_extra={"unit": "steps"}
    )
    stride: int = Field(
        1, ge=1, le=65_536, description="From the start of a window to that of the next.",
        json_schema_extra={"unit": "steps"},
    )  # fmt: skip

    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The columns that enter, first the one that is continued. Raises: Error of the data."""

    @abstractmethod
    def series(self) -> Series:
        """The whole series. Raises: Error of the data."""

    def spec(self) -> DataSpec:
        names = self.names()
        spec = Spec((2, self.window, len(names)), "float32", "N L F")
        field = InputField(FIELD, "series", spec, tuple(map(Column, names)))
        steps = tuple(f"+{step}" for step in range(1, self.horizon + 1))
        return DataSpec((field,), (Target(names[0], kind="forecast", columns=steps),))

    def load(self, progress: Progress = quiet) -> Samples:
        found, spec = self.series(), self.spec()
        starts = self.starts(len(found.values))
        places = np.concatenate([starts[part] for part in PARTS])
        windows = _windows(found.values, self.window, places)
        ahead = _windows(found.values[:, :1], self.horizon, places + self.window)[..., 0]
        parts: dict[Part, Index] = {}
        begun = 0
        for part in PARTS:
            index = np.arange(begun, begun + len(starts[part]), dtype=np.int64)
            # the newest are kept: they tell most of what comes
            parts[part], begun = index[-(self.limit or len(index)) :], begun + len(index)
        names = [found.times[place + self.window] for place in places]
        content = fingerprint([windows], [ahead], spec)
        inputs, targets = {FIELD: windows}, {spec.target.name: ahead}
        return Samples(spec, inputs, targets, parts, names, list(found.notices), content)

    def starts(self, rows: int) -> dict[Part, Index]:
        """Where the windows of each part begin, in the order of time.

        Raises: Error T-SERIES when a part is too short for one window, L-SIZE when there are too many.
        """
        test = round(rows * self.test)
        validation = round((rows - test) * self.validation)
        borders = {
            "train": (0, rows - test - validation),
            "validation": (rows - test - validation, rows - test),
            "test": (rows - test, rows),
        }
        needed = self.window + self.horizon
        found: dict[Part, Index] = {}
        for part in PARTS:
            start, end = borders[part]
            if end - start < needed:
                text = _(
                    "The {part} part has {n:,} steps; a window of {window:,} and a horizon of {horizon:,} need "
                    "{needed:,}. Make them smaller, or the part larger."
                )
                words = text.format(
                    part=_(part), n=end - start, window=self.window, horizon=self.horizon, needed=needed
                )
                raise Error.of([Problem("T-SERIES", words, param="window")])
            found[part] = np.arange(start, end - needed + 1, self.stride, dtype=np.int64)
        return found


def _windows(values: NDArray[np.float32], length: int, starts: Index) -> NDArray[np.float32]:
    """The windows that begin at `starts`. Shape: (T, F) -> (N, length, F). Raises: Error L-SIZE."""
    count = 4 * len(starts) * length * values.shape[1]
    if count > MOST_BYTES:
        text = _("{n:,} windows take {size}; the most is {most}. Raise stride, or make the window smaller.")
        words = text.format(n=len(starts), size=size(count), most=size(MOST_BYTES))
        raise Error.of([Problem("L-SIZE", words, param="stride")])
    view: NDArray[Any] = sliding_window_view(values, length, axis=0)
    return np.ascontiguousarray(view[starts].transpose(0, 2, 1))


def filled(values: NDArray[np.float64], name: str) -> tuple[NDArray[np.float32], int]:
    """A column without gaps: what is missing takes the last value before it, and how often that was so.

    Raises: Error T-SERIES when nothing is known at the beginning.
    """
    missing = np.isnan(values)
    if len(values) and missing[0]:
        text = _("Column {name} has no value in its first row. Leave out the rows before its first value.")
        raise Error("T-SERIES", text.format(name=quote(name)))
    known = np.maximum.accumulate(np.where(missing, 0, np.arange(len(values))))
    return values[known].astype(np.float32), int(missing.sum())

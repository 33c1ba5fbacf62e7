"""Samples that are there more than once: found by their content, and on request each kept in one part alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from builder.core.errors import Problem
from builder.core.text import _
from builder.data.fields import PARTS, Part
from builder.data.sources.source import Index, Samples

# a copy stays where it is needed most: a test part that others know too stays whole
KEEPING: tuple[Part, ...] = ("test", "validation", "train")


def keys(samples: Samples, index: Sequence[int] | Index, *, answers: bool = True) -> list[int]:
    """A number for each of these samples, equal where the inputs (and with `answers` the targets) are."""
    columns = [[_key(rows[at]) for at in index] for rows in samples.inputs.values()]
    if answers:
        columns += [[_key(values[at]) for at in index] for values in samples.targets.values()]
    return [hash(row) for row in zip(*columns, strict=True)]


def _key(raw: Any) -> int:
    if isinstance(raw, np.ndarray):
        return hash(tuple(raw.ravel().tolist()) if raw.dtype == object else (raw.shape, raw.tobytes()))
    return hash(raw)


def without_copies(samples: Samples) -> Samples:
    """The same samples, of which equal ones are in one part alone, and there once."""
    seen: set[int] = set()
    parts: dict[Part, Index] = {}
    for part in KEEPING:
        index = samples.parts[part]
        new = np.zeros(len(index), bool)
        for at, key in enumerate(keys(samples, index, answers=False)):
            new[at] = key not in seen
            seen.add(key)
        parts[part] = index[new]
    dropped = sum(len(samples.parts[part]) - len(parts[part]) for part in PARTS)
    if not dropped:
        return samples
    text = _("Samples that were there more than once were left out: {n:,}.").format(n=dropped)
    notices = [*samples.notices, Problem("D-TWICE", text, severity="hint")]
    return replace(samples, parts={part: parts[part] for part in PARTS}, notices=notices)

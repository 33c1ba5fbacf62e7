"""What a data set looks like, as JSON: for `netbuilder data --json`."""

from typing import Any

import numpy as np

from builder.data.fields import PARTS
from builder.data.sources.source import Samples, Source

SHOWN = 6
MOST_CHARACTERS = 200


def describe(source: Source, samples: Samples) -> dict[str, Any]:
    """Fields, classes, counts of each part and class, a few samples, and notices."""
    spec = source.spec()
    return {
        "source": source.source,
        "fields": [
            {
                "name": field.name,
                "kind": field.kind,
                "shape": list(field.spec.shape[1:]),
                "axes": field.spec.axes,
                "dtype": field.spec.dtype,
                "categories": field.spec.categories,
            }
            for field in spec.inputs
        ],
        "target": spec.target.name,
        "classes": list(samples.classes),
        "parts": {part: _part(samples, samples.parts[part]) for part in PARTS},
        "samples": [_sample(samples, int(at)) for at in samples.parts["train"][:: _stride(samples)][:SHOWN]],
        "notices": [{"code": notice.code, "message": notice.message} for notice in samples.notices],
        "fingerprint": samples.fingerprint,
    }


def _part(samples: Samples, index: Any) -> dict[str, Any]:
    counts = np.bincount(samples.labels[index], minlength=len(samples.classes)).tolist()
    return {"count": len(index), "classes": dict(zip(samples.classes, counts, strict=True))}


def _stride(samples: Samples) -> int:
    """Samples are shown from all over the training part: sets are often sorted by class."""
    return max(1, len(samples.parts["train"]) // SHOWN)


def _sample(samples: Samples, at: int) -> dict[str, Any]:
    raw = samples.inputs[at]
    shown: dict[str, Any] = {"label": samples.classes[samples.labels[at]]}
    if samples.names:
        shown["name"] = samples.names[at]
    if isinstance(raw, str):
        shown["text"] = raw if len(raw) <= MOST_CHARACTERS else f"{raw[:MOST_CHARACTERS]}…"
    elif raw.ndim == 3:
        shown["size"] = list(raw.shape[:2])
    else:
        shown["values"] = raw.tolist()
    return shown

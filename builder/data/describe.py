"""What a data set looks like, as JSON: for `netbuilder data --json`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.data.fields import PARTS, InputField, Target
from builder.data.sources.source import Samples

SHOWN = 6
MOST_CHARACTERS = 200


def describe(samples: Samples, name: str) -> dict[str, Any]:
    """Fields, targets, counts of each part and class, a few samples, and notices. Params: `name` of the source."""
    spec = samples.spec
    first = spec.target
    return {
        "source": name,
        "fields": [
            {
                "name": field.name,
                "kind": field.kind,
                "shape": list(field.spec.shape[1:]),
                "axes": field.spec.axes,
                "dtype": field.spec.dtype,
                "categories": field.spec.categories,
                **({"columns": [column.name for column in field.columns]} if field.columns else {}),
            }
            for field in spec.inputs
        ],
        "target": first.name,
        "classes": list(first.classes),
        "targets": [_target(samples, target) for target in spec.targets],
        "parts": {part: _part(samples, samples.parts[part]) for part in PARTS},
        "samples": [_sample(samples, int(at)) for at in samples.parts["train"][:: _stride(samples)][:SHOWN]],
        "notices": [{"code": notice.code, "message": notice.message} for notice in samples.notices],
        "fingerprint": samples.fingerprint,
    }


def _target(samples: Samples, target: Target) -> dict[str, Any]:
    described: dict[str, Any] = {"name": target.name, "kind": target.kind}
    if target.classes:
        return described | {"classes": list(target.classes)}
    values = samples.targets[target.name][samples.parts["train"]]
    if target.kind == "text":
        lengths = np.array(list(map(len, values)))
        return described | {"characters": {"mean": float(lengths.mean()), "most": int(lengths.max())}}
    values = values.astype(np.float64)
    figures = {
        name: {"mean": float(own.mean()), "std": float(own.std()), "least": float(own.min()), "most": float(own.max())}
        for name, own in zip(target.columns, values.T, strict=True)
    }
    return described | {"columns": figures}


def _part(samples: Samples, index: Any) -> dict[str, Any]:
    first = samples.spec.target
    if not first.classes:
        return {"count": len(index), "classes": {}}
    counts = class_counts(first, samples.labels[index]).tolist()
    return {"count": len(index), "classes": dict(zip(first.classes, counts, strict=True))}


def class_counts(target: Target, values: NDArray[Any]) -> NDArray[np.int64]:
    """How many samples of each class there are, or of each label."""
    if target.kind == "labels":
        return np.asarray(values.sum(axis=0), np.int64)
    return np.bincount(values.astype(np.int64).ravel(), minlength=len(target.classes))


def _stride(samples: Samples) -> int:
    """Samples are shown from all over the training part: sets are often sorted by class."""
    return max(1, len(samples.parts["train"]) // SHOWN)


def _sample(samples: Samples, at: int) -> dict[str, Any]:
    """One sample: the first target as `label`, and the others by their names."""
    answers = {target.name: answer_of(samples, target, at) for target in samples.spec.targets}
    shown: dict[str, Any] = {"label": answers.pop(samples.spec.target.name), **answers}
    if samples.names:
        shown["name"] = samples.names[at]
    for field in samples.spec.inputs:
        raw = samples.inputs[field.name][at]
        if isinstance(raw, str):
            shown[field.name] = shortened(raw)
        elif raw.ndim == 3:
            shown["size"] = list(raw.shape[:2])
        elif field.kind == "series":
            shown[field.name] = {c.name: raw[:, place].tolist() for place, c in enumerate(field.columns)}
        elif field.columns:
            shown |= cells_of(field, raw)
        else:
            shown["values"] = raw.tolist()
    return shown


def shortened(text: str) -> str:
    """As much of a text as is shown."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def cells_of(field: InputField, raw: Any) -> dict[str, Any]:
    """A row of a table's columns as people read it."""
    values = raw.tolist()
    if field.kind == "index":
        values = [column.categories[at - 1] if at else "" for column, at in zip(field.columns, values, strict=True)]
    return dict(zip((column.name for column in field.columns), values, strict=True))


def answer_of(samples: Samples, target: Target, at: int) -> Any:
    """What is right for one sample: the class, the text, the number, or the numbers."""
    value = samples.targets[target.name][at]
    if target.kind == "category":
        return target.classes[value]
    if target.kind == "text":
        return shortened(value)
    if target.kind == "binary":
        return target.classes[int(value[0])]
    if target.kind == "labels":
        return "; ".join(target.classes[place] for place in np.flatnonzero(value))
    numbers = [float(f"{number:.7g}") for number in value.tolist()]
    return numbers[0] if len(numbers) == 1 else numbers

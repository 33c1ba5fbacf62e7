"""What a data set looks like, as JSON: for `netbuilder data --json`."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from builder.data.fields import PARTS, InputField, Target
from builder.data.preparations.columns import cell_of
from builder.data.sources.source import Samples

SHOWN = 6
MOST_CHARACTERS = 200


def describe(samples: Samples, name: str) -> dict[str, Any]:
    """Fields, targets, counts of each part and class, a few samples, and notices. Params: `name` of the source."""
    spec = samples.spec
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
        "target": spec.target.name if spec.targets else None,
        "classes": list(samples.classes),
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
    if not samples.classes:
        return {"count": len(index), "classes": {}}
    counts = class_counts(samples.spec.target, samples.labels[index]).tolist()
    return {"count": len(index), "classes": dict(zip(samples.classes, counts, strict=True))}


def class_counts(target: Target, values: NDArray[Any]) -> NDArray[np.int64]:
    """How many samples of each class there are, or of each label; of tags, how many tokens."""
    if target.kind == "labels":
        return np.asarray(values.sum(axis=0), np.int64)
    given = values[values >= 0]  # where there is no token, there is no tag
    return np.bincount(given.astype(np.int64), minlength=len(target.classes))


def _stride(samples: Samples) -> int:
    """Samples are shown from all over the training part: sets are often sorted by class."""
    return max(1, len(samples.parts["train"]) // SHOWN)


def _sample(samples: Samples, at: int) -> dict[str, Any]:
    """One sample: the first target as `label`, and the others by their names."""
    answers = {target.name: answer_of(samples, target, at) for target in samples.spec.targets}
    first = next(iter(answers), None)  # the first target is shown as `label`
    shown: dict[str, Any] = {"label" if name == first else name: value for name, value in answers.items()}
    if samples.names:
        shown["name"] = samples.names[at]
    for field in samples.spec.inputs:
        raw = samples.inputs[field.name][at]
        if isinstance(raw, tuple):
            shown[field.name] = list(raw)
        elif isinstance(raw, str):
            shown[field.name] = shortened(raw)
        elif raw.ndim == 3:
            shown["size"] = list(raw.shape[:2])
        elif field.kind == "sound":
            shown["loudest"] = float(abs(raw).max())
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
    values = raw.tolist() if field.kind == "vector" else [at - 1 if at else math.nan for at in raw.tolist()]
    return {column.name: cell_of(column, value) for column, value in zip(field.columns, values, strict=True)}


def answer_of(samples: Samples, target: Target, at: int) -> Any:
    """What is right for one sample: the class, the text, the number, or the numbers."""
    value = samples.targets[target.name][at]
    if target.kind == "category":
        return target.classes[value]
    if target.kind == "tags":
        return [target.classes[tag] for tag in value.tolist() if tag >= 0]
    if target.kind == "text":
        return shortened(value)
    if target.kind == "binary":
        return target.classes[int(value[0])]
    if target.kind == "labels":
        return "; ".join(target.classes[place] for place in np.flatnonzero(value))
    numbers = [float(f"{number:.7g}") for number in value.tolist()]
    return numbers[0] if len(numbers) == 1 else numbers

"""Weights from outside: the names under which a network keeps its tensors, and whether others fit them."""

from collections.abc import Mapping

import torch

from builder.compiler.model import from_source
from builder.compiler.report import Report
from builder.compiler.source import write
from builder.core.errors import Error, Problem
from builder.core.text import _, quote

Shapes = Mapping[str, tuple[int, ...]]
COUNTER = "num_batches_tracked"  # of a BatchNorm: no weight, and files of old do not have it


def shapes(report: Report) -> dict[str, tuple[int, ...]]:
    """The network's tensors by name, in their order; nothing is allocated."""

    with torch.device("meta"):
        model = from_source(write(report, ""))
    return {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}


def matched(ours: Shapes, theirs: Shapes) -> dict[str, str]:
    """Which of their tensors each of ours is: by name, or where names differ, layer by layer in order or by shape.

    Raises: Error M-SHAPE with everything that is of another shape, missing, or too much.
    """
    problems = [*_other_shapes(ours, theirs), *_missing(ours, theirs)]
    if not problems:
        return {name: name for name in ours if name in theirs}
    mine, others = ({name: known[name] for name in known if not _counts(name)} for known in (ours, theirs))
    found = _by_layer(mine, others)
    if found is not None:
        return found
    if list(mine.values()) == list(others.values()):
        return dict(zip(mine, others, strict=True))
    raise Error.of(problems)


def _by_layer(ours: Shapes, theirs: Shapes) -> dict[str, str] | None:
    """Layers in order where all agree; else by their shapes, where no two layers have the same."""
    mine, others = _layers(ours), _layers(theirs)
    if list(mine.values()) == list(others.values()):
        pairs = dict(zip(mine, others, strict=True))
    else:
        owner = {_sign(tensors): layer for layer, tensors in others.items()}
        signs = {layer: _sign(tensors) for layer, tensors in mine.items()}
        alone = len(owner) == len(others) and len(set(signs.values())) == len(mine)
        if not alone or set(signs.values()) != owner.keys():
            return None
        pairs = {layer: owner[sign] for layer, sign in signs.items()}
    return {_joined(layer, end): _joined(pairs[layer], end) for layer, tensors in mine.items() for end in tensors}


def _layers(known: Shapes) -> dict[str, dict[str, tuple[int, ...]]]:
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in known.items():
        layer, _dot, end = name.rpartition(".")
        found.setdefault(layer, {})[end] = shape
    return found


def _sign(tensors: Shapes) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple(sorted(tensors.items()))


def _joined(layer: str, end: str) -> str:
    return f"{layer}.{end}" if layer else end


def _counts(name: str) -> bool:
    return name.rpartition(".")[2] == COUNTER


def _missing(ours: Shapes, theirs: Shapes) -> list[Problem]:
    lacking, extra = (
        _("{name} is missing in the weights; this network has it as {shape}."),
        _("{name} ({shape}) of the weights belongs to no layer of this network."),
    )
    return [
        *(Problem("M-SHAPE", lacking.format(name=quote(name), shape=by(ours[name])))
          for name in ours if name not in theirs and not _counts(name)),
        *(Problem("M-SHAPE", extra.format(name=quote(name), shape=by(theirs[name])))
          for name in theirs if name not in ours and not _counts(name)),
    ]  # fmt: skip


def _other_shapes(ours: Shapes, theirs: Shapes) -> list[Problem]:
    text = _("{name} is {theirs}; this network needs {ours}.")
    return [
        Problem("M-SHAPE", text.format(name=quote(name), theirs=by(theirs[name]), ours=by(ours[name])))
        for name in ours
        if name in theirs and theirs[name] != ours[name]
    ]


def alike(shape: tuple[int, ...], wanted: tuple[int, ...] | None) -> bool:
    """Whether two shapes differ only in axes of size 1."""
    return wanted is not None and [n for n in shape if n != 1] == [n for n in wanted if n != 1]


def by(shape: tuple[int, ...]) -> str:
    """A tensor's shape as people write it: `512x10`, `1 number`."""
    return "x".join(str(n) for n in shape) if shape else _("1 number")

"""How large each layer's weights and gradients are while it learns, in a file of the run, for whoever watches."""

import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import torch
from torch import Tensor, nn

from builder.compiler.report import Report
from builder.compiler.source import identifiers
from builder.runs.folder import NODES, RunFolder

EVERY: Final = 1.0  # seconds between two looks, at the least
COST: Final = 100  # at most one part in so many of the time goes into looking
WITHIN: Final = "\n"  # between the ids of a node and of the blocks in which it stands

Kinds = Mapping[str, Mapping[str, float | None]]  # of each node: the norm of its weights, and of their gradients


class Norms:
    """Looks at a model now and then, right after a step, while the gradients of that step are still there."""

    def __init__(self, folder: RunFolder, model: nn.Module, report: Report) -> None:
        self._folder = folder
        self._owners = owners(model, report)
        self.due_at = 0.0  # monotonic

    def record(self, step: int) -> None:
        """Write the norms after a step. They are for looking at only, so a disk that is full does not matter."""
        began = time.monotonic()
        self._write({"step": step, "nodes": norms(self._owners)})
        now = time.monotonic()
        self.due_at = now + max(EVERY, COST * (now - began))

    def _write(self, content: Any) -> None:
        path = self._folder.path / NODES
        aside = path.with_name(f".{NODES}.{os.getpid()}.tmp")
        try:
            # not flushed as other files are: it is old after a second, and waiting would hold up the training
            aside.write_text(json.dumps(content), encoding="utf-8")
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)


def owners(model: nn.Module, report: Report) -> dict[str, list[nn.Parameter]]:
    """The parameters of each node, and of each block with all its copies; nodes without any are left out."""
    found: dict[str, list[nn.Parameter]] = {}
    modules = dict(model.named_modules())
    for place, name in identifiers(report).items():
        path = [part for part in place if isinstance(part, str)]
        for parameter in modules[name].parameters():
            for depth in range(1, len(path) + 1):
                found.setdefault(WITHIN.join(path[:depth]), []).append(parameter)
    return found


def norms(owners: Mapping[str, Sequence[nn.Parameter]]) -> Kinds:
    """The Euclidean norms of each node's parameters together; None for what is not finite, or not there."""
    parameters = list({parameter: None for all in owners.values() for parameter in all})
    weights = dict(zip(parameters, _squares([p.detach() for p in parameters]), strict=True))
    learned = [p for p in parameters if p.grad is not None]
    gradients = dict(zip(learned, _squares([p.grad for p in learned if p.grad is not None]), strict=True))
    return {node: {"weight": _root(weights, all), "gradient": _root(gradients, all)} for node, all in owners.items()}


def _squares(tensors: list[Tensor]) -> list[float]:
    if not tensors:
        return []
    lengths: list[float] = torch.stack(torch._foreach_norm(tensors)).tolist()  # one wait for the device, not one each
    return [length * length for length in lengths]


def _root(squares: Mapping[nn.Parameter, float], parameters: Sequence[nn.Parameter]) -> float | None:
    known = [squares[parameter] for parameter in parameters if parameter in squares]
    length = math.sqrt(sum(known)) if known and all(map(math.isfinite, known)) else math.nan
    return float(f"{length:.6g}") if math.isfinite(length) else None

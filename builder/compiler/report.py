"""What a check found: for each node and for the whole, shapes, costs and problems."""

from dataclasses import dataclass, field
from typing import Any

from builder.core.errors import MOST_LISTED, Problem
from builder.core.specs import Spec
from builder.core.text import _
from builder.data.fields import DataSpec
from builder.graph.recipe import Recipe
from builder.layers import Layer


@dataclass
class NodeReport:
    """One node: its checked layer (None while its parameters are wrong), where its inputs come from, and the rest."""

    layer: Layer | None = None
    sources: tuple[str, ...] = ()
    spec: Spec | None = None  # of the output; None while it is not known
    params: int = 0
    flops: int = 0  # of one sample
    problems: list[Problem] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """Bytes of the output for one sample."""
        return self.spec.bytes if self.spec else 0


@dataclass
class Report:
    """The whole document. `nodes` stand in an order in which they can be computed, where there is one."""

    nodes: dict[str, NodeReport]
    problems: list[Problem]
    data: DataSpec | None = None
    recipe: Recipe | None = None
    params: int = 0
    flops: int = 0  # of one sample, forward
    activation_bytes: int = 0  # of one sample
    memory_bytes: int = 0  # to train at this batch size

    @property
    def ok(self) -> bool:
        """Whether it can train: no problem is an error."""
        return not self.errors

    @property
    def errors(self) -> list[Problem]:
        """The problems that stand in the way of training."""
        return [p for p in self.problems if p.severity == "error"]

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder check --json` prints."""
        listed: list[dict[str, Any]] = [problem_json(p) for p in self.problems[:MOST_LISTED]]
        more = len(self.problems) - MOST_LISTED
        if more > 0:
            listed.append({"code": "G-MORE", "node": None, "message": _("and {n} more").format(n=more), "fix": None})
        nodes = {
            id: {"shape": list(n.spec.shape[1:]) if n.spec else None, "params": n.params, "flops": n.flops}
            for id, n in self.nodes.items()
        }
        return {
            "ok": self.ok,
            "problems": listed,
            "nodes": nodes,
            "params": self.params,
            "flops": self.flops,
            "memory_bytes": self.memory_bytes,
        }


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    fix = problem.fix
    return {
        "code": problem.code,
        "severity": problem.severity,
        "node": problem.node,
        "param": problem.param,
        "message": problem.message,
        "fix": {"label": fix.label, "edits": [dict(edit) for edit in fix.edits]} if fix else None,
    }

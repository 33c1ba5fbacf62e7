"""What a check found, as the canvas reads it (`frontend/src/messages.ts`), and only what is new in it."""

from collections.abc import Mapping
from typing import Any

from builder.compiler.report import NodeReport, Report
from builder.core.errors import MOST, Problem
from builder.core.text import _
from builder.data.fields import offers
from builder.data.sources import SOURCES
from builder.graph.document import Document

Wire = dict[str, Any]


def document_json(document: Document) -> Wire:
    """The document as it is saved."""
    return document.model_dump(mode="json", exclude_none=True)


def report_json(document: Document, report: Report) -> Wire:
    """A whole report."""
    others = [p for p in report.problems if p.node is None or p.node not in report.nodes]
    return {
        "nodes": {id: node_json(found) for id, found in report.nodes.items()},
        "totals": _totals(document, report),
        "general": [problem_json(p) for p in others],
    }


def node_json(found: NodeReport) -> Wire:
    """What is known of one node."""
    spec = found.spec
    node: Wire = {
        "shape": list(spec.shape[1:]) if spec else None,
        "axes": " ".join(spec.axes.split()[1:]) if spec else "",
        "dtype": spec.dtype if spec else "",
        "params": found.params,
        "trainable": found.trainable,
        "flops": found.flops,
        "bytes": found.bytes,
        "sees": list(found.sees),
        "state": found.state,
        "problems": [problem_json(p) for p in found.problems],
    }
    if found.inside:
        node["inside"] = {id: node_json(inner) for id, inner in found.inside.items()}
    return node


def problem_json(problem: Problem) -> Wire:
    """One problem; its place is told by where it stands."""
    message = problem.message
    fixes = [{"label": fix.label, "edits": [_edit(edit) for edit in fix.edits]} for fix in problem.fixes]
    return {
        "code": problem.code,
        "severity": problem.severity,
        "param": problem.param,
        "message": message if len(message) <= MOST else message[: MOST - 1] + "…",
        "fixes": fixes,
    }


def _edit(value: Any, key: str = "") -> Any:
    """An edit without what is absent; what stands in `params` and `values` is data, where null means something."""
    if key in ("params", "values"):
        return value
    if isinstance(value, Mapping):
        return {k: _edit(v, k) for k, v in value.items() if v is not None or k == "before"}
    return [_edit(item) for item in value] if isinstance(value, list | tuple) else value


def _totals(document: Document, report: Report) -> Wire:
    source = SOURCES.get(str(document.data.get("source")))
    errors = len(report.errors)
    return {
        "params": report.params,
        "trainable": report.trainable,
        "flops": report.flops,
        "memory_bytes": report.memory_bytes,
        "batch_size": report.recipe.batch_size if report.recipe else None,
        "data": _(source.title) if source else "",
        "errors": errors,
        "warnings": sum(p.severity == "warning" for p in report.problems),
        "nodes": document.graph.count,
        "offers": offers(report.data),
    }


def delta(new: Wire, old: Wire | None, base: int) -> Wire:
    """What of a report differs from that of revision `base`; all of it where that one is not known."""
    if old is None:
        return {**new, "base": 0, "gone": []}
    before, now = old["nodes"], new["nodes"]
    return {
        **new,
        "base": base,
        "nodes": {id: node for id, node in now.items() if before.get(id) != node},
        "gone": [id for id in before if id not in now],
    }

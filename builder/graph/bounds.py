"""What a change may not lead to, so that a document that was saved can always be read again."""

import math
from typing import Any

from builder.core.errors import Error
from builder.core.text import _
from builder.graph.history import Change

MOST_NESTED = 60  # lists and objects within each other in one change


def refuse_change(change: Change) -> None:
    """Raises: Error G-NUMBER (a number that JSON does not know), G-JSON (nested too deeply)."""
    for edit in change.edits:
        _walk(edit.model_dump(), 0)


def _walk(value: Any, depth: int) -> None:
    if depth > MOST_NESTED:
        raise Error("G-JSON", _("This change is nested too deeply."))
    if isinstance(value, float) and not math.isfinite(value):
        raise Error("G-NUMBER", _("A number must be a normal number, not {value}.").format(value=value))
    if isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            _walk(item, depth + 1)

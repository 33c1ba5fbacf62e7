"""Undo and redo: the documents before and after the present one."""

from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict

from builder.graph.document import Document
from builder.graph.edit import apply
from builder.graph.edits import Edit

STEPS = 200
MERGE = 600  # milliseconds: keystrokes in one field within this time are one step


class Change(BaseModel):
    """What someone did at a time: edits that belong together, or a step back or forward.

    Params: `at`, milliseconds since the epoch by the clock of whoever did it; `tag`, what was edited: changes with the
    same tag in quick succession are one step.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["edit", "undo", "redo"] = "edit"
    edits: tuple[Edit, ...] = ()
    tag: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class History:
    """The present document with the way back and the way forward, newest last."""

    present: Document
    past: tuple[Document, ...] = ()
    future: tuple[Document, ...] = ()
    tag: str = ""
    at: float = 0.0

    def after(self, change: Change) -> "History":
        """The history after a change. Raises: Error, as `builder.graph.edit.apply` does."""
        if change.kind == "undo":
            return self.undo()
        if change.kind == "redo":
            return self.redo()
        return self.do(apply(self.present, *change.edits), change.tag, change.at)

    def do(self, document: Document, tag: str = "", at: float = 0.0) -> "History":
        """Make `document` the present. Changes with the same non-empty `tag` in quick succession are one step."""
        if document == self.present:
            return self
        merge = bool(tag) and tag == self.tag and 0 <= at - self.at < MERGE and bool(self.past)
        past = self.past if merge else (*self.past, self.present)[-STEPS:]
        return History(document, past, (), tag, at)

    def undo(self) -> "History":
        """One step back; the same where there is none."""
        if not self.past:
            return self
        return replace(self, present=self.past[-1], past=self.past[:-1], future=(*self.future, self.present), tag="")

    def redo(self) -> "History":
        """One step forward again; the same where there is none."""
        if not self.future:
            return self
        return replace(self, present=self.future[-1], past=(*self.past, self.present), future=self.future[:-1], tag="")

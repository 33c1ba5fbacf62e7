"""Undo and redo: the documents before and after the present one."""

from dataclasses import dataclass, replace

from builder.graph.document import Document

STEPS = 200
MERGE_SECONDS = 0.6  # keystrokes in one field within this time are one step


@dataclass(frozen=True)
class History:
    """The present document with the way back and the way forward, newest last."""

    present: Document
    past: tuple[Document, ...] = ()
    future: tuple[Document, ...] = ()
    tag: str = ""
    at: float = 0.0

    def do(self, document: Document, tag: str = "", now: float = 0.0) -> "History":
        """Make `document` the present. Changes with the same non-empty `tag` in quick succession are one step."""
        if document == self.present:
            return self
        merge = bool(tag) and tag == self.tag and now - self.at < MERGE_SECONDS and bool(self.past)
        past = self.past if merge else (*self.past, self.present)[-STEPS:]
        return History(document, past, (), tag, now)

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

"""The journal of a network: what was done to it, one JSON line a change, so that undo outlives reloads and restarts.

A line is flushed before the document's file is written and holds the sha256 of that file, so that whoever opens the
network knows whether the last write was finished. The first line holds the document from which the rest begins.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from builder.core.errors import Error
from builder.core.files import write_atomic
from builder.graph.document import Document
from builder.graph.edit import apply
from builder.graph.edits import Edit
from builder.graph.history import STEPS, Change, History

SOURCES = 50  # senders whose last change is remembered
AUTHORS = 200  # changes of hand that are remembered


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


class Line(_Part):
    """One change: who made it, and of whose messages it was the `n`-th. Only the last of a message has a sha256."""

    rev: int
    client: str = ""
    source: str | None = None
    n: int = 0
    change: Change
    sha256: str | None = None


class Author(_Part):
    """Who wrote the revisions from `rev` on."""

    rev: int
    client: str = ""
    source: str | None = None


class Head(_Part):
    """The first line: a document and what leads from it to the present: steps, of which the last were undone."""

    rev: int
    sha256: str
    base: Document
    steps: tuple[tuple[Edit, ...], ...] = ()
    undone: int = 0
    tag: str = ""
    at: float = 0.0
    authors: tuple[Author, ...] = ()
    sources: dict[str, int] = {}


@dataclass(frozen=True)
class Record:
    """The history of a network, with the edits of each of its steps and the hands that made them."""

    history: History
    rev: int = 1
    done: tuple[tuple[Edit, ...], ...] = ()  # as `history.past`
    undone: tuple[tuple[Edit, ...], ...] = ()  # as `history.future`
    authors: tuple[Author, ...] = ()  # oldest first
    sources: Mapping[str, int] = field(default_factory=dict)  # the last change of each

    def after(self, change: Change, client: str, source: str | None, n: int) -> "Record":
        """The record after a change; the same revision where it changed nothing. Raises: Error, as `apply` does."""
        history = self.history.after(change)
        if history is self.history:
            return self
        if change.kind == "undo":
            done, undone = self.done[:-1], (*self.undone, self.done[-1])
        elif change.kind == "redo":
            done, undone = (*self.done, self.undone[-1]), self.undone[:-1]
        elif history.past is self.history.past:  # one step with the change before it
            done, undone = (*self.done[:-1], (*self.done[-1], *change.edits)), ()
        else:
            done, undone = (*self.done, change.edits)[-STEPS:], ()
        return replace(
            self,
            history=history,
            rev=self.rev + 1,
            done=done,
            undone=undone,
            authors=self._with(Author(rev=self.rev + 1, client=client, source=source)),
        ).heard(source, n)

    def heard(self, source: str | None, n: int) -> "Record":
        """The record that knows of a source's `n`-th change."""
        if source is None:
            return self
        others = [(key, value) for key, value in self.sources.items() if key != source]
        return replace(self, sources=dict([*others, (source, n)][-SOURCES:]))

    def _with(self, author: Author) -> tuple[Author, ...]:
        last = self.authors[-1] if self.authors else None
        if last and (last.client, last.source) == (author.client, author.source):
            return self.authors
        return (*self.authors, author)[-AUTHORS:]

    def written_by(self, client: str, source: str | None, since: int) -> bool:
        """Whether every revision after `since` is this client's or this source's."""
        if since >= self.rev:
            return since == self.rev
        if not self.authors or self.authors[0].rev > since + 1:
            return False
        ends = [author.rev for author in self.authors[1:]] + [self.rev + 1]
        others = (
            end
            for author, end in zip(self.authors, ends, strict=True)
            if not ((client and author.client == client) or (source and author.source == source))
        )
        return all(end <= since + 1 for end in others)


def head(record: Record, sha256: str) -> Head:
    """The first line of a journal that begins with what the record holds: each step as one, none that is forgotten."""
    history = record.history
    return Head(
        rev=record.rev,
        sha256=sha256,
        base=history.past[0] if history.past else history.present,
        steps=(*record.done, *reversed(record.undone)),
        undone=len(record.undone),
        tag=history.tag,
        at=history.at,
        authors=record.authors,
        sources=dict(record.sources),
    )


def _begin(first: Head) -> Record:
    documents = [first.base]
    for edits in first.steps:
        documents.append(apply(documents[-1], *edits))
    at = len(first.steps) - first.undone
    history = History(
        documents[at], tuple(documents[:at]), tuple(reversed(documents[at + 1 :])), first.tag, first.at
    )  # fmt: skip
    steps, undone = first.steps[:at], tuple(reversed(first.steps[at:]))
    return Record(history, first.rev, steps, undone, first.authors, first.sources)


@dataclass(frozen=True)
class Journal:
    """What a journal's file says: its record, the files that were written meanwhile, and how far it can be read."""

    record: Record
    hashes: tuple[str, ...]  # of the document's file, oldest first
    lines: int
    length: int  # bytes of these lines


class DamagedError(Exception):
    """A journal that cannot be followed; `rev` is the highest revision that may have been given out."""

    def __init__(self, rev: int) -> None:
        super().__init__(rev)
        self.rev = rev


def read(path: Path) -> Journal | None:
    """Follow a journal; None where there is none. Raises: DamagedError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        raise DamagedError(1) from None
    raw = content.split(b"\n")[:-1]  # what stands behind the last line break was not finished
    if not raw:
        return _lost([content])
    try:
        return _follow(raw)
    except (ValidationError, Error, RecursionError, IndexError):
        return _lost(raw)


def _follow(raw: Sequence[bytes]) -> Journal:
    first = Head.model_validate_json(raw[0])
    record, length = _begin(first), len(raw[0]) + 1
    journal = Journal(record, (first.sha256,), 1, length)
    for number, text in enumerate(raw[1:], 2):
        line = Line.model_validate_json(text)
        record = record.after(line.change, line.client, line.source, line.n)
        if record.rev != line.rev:
            return _lost(raw)
        length += len(text) + 1
        if line.sha256:  # a message of several changes counts when all of it was written
            journal = Journal(record, (*journal.hashes, line.sha256), number, length)
    return journal


def _lost(raw: Sequence[bytes]) -> Journal:
    revs = []
    for text in raw:
        try:
            revs.append(_Revision.model_validate_json(text).rev)
        except ValidationError:
            continue
    raise DamagedError(max(revs, default=1) + len(raw))


class _Revision(BaseModel):
    rev: int


def begin(path: Path, record: Record, sha256: str) -> Journal:
    """Write a new journal in place of whatever stood there."""
    content = head(record, sha256).model_dump_json().encode() + b"\n"
    write_atomic(path, content)
    return Journal(record, (sha256,), 1, len(content))


def append(path: Path, journal: Journal, record: Record, lines: Sequence[Line]) -> Journal:
    """Write lines behind a journal's and flush them. Raises: OSError; the file is as it was."""
    content = b"".join(line.model_dump_json().encode() + b"\n" for line in lines)
    with path.open("r+b") as file:
        try:
            file.truncate(journal.length)
            file.seek(journal.length)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            cut(path, journal)
            raise
    hashes = (*journal.hashes, *(line.sha256 for line in lines if line.sha256))
    return Journal(record, hashes, journal.lines + len(lines), journal.length + len(content))


def cut(path: Path, journal: Journal) -> None:
    """Take away what stands behind a journal's lines."""
    os.truncate(path, journal.length)

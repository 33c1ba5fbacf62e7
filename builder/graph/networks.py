"""The networks that a person keeps: a document file each in the workspace, and a journal of what was done to it.

A network has one owner, this class: every page and every route changes it through `change`, from any thread or process.
"""

import contextlib
import fcntl
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.core.errors import Error
from builder.core.files import home, sha256, write_atomic
from builder.core.ids import is_id, new_id
from builder.core.text import _, size
from builder.graph import journal
from builder.graph.bounds import refuse_change
from builder.graph.document import MOST_BYTES, Document, read, write
from builder.graph.history import Change, History
from builder.graph.journal import Author, Journal, Line, Record

LONG = 500  # lines after which a journal is written anew
HELD = 64  # networks that stay in memory

Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class Entry:
    """A kept network in a list."""

    id: str
    title: str
    layers: int | None  # None when the file cannot be read
    changed: float  # seconds since the epoch


@dataclass(frozen=True)
class Kept:
    """A network as it is now; `author` is the client that wrote revision `rev`, empty when that is not known."""

    history: History
    rev: int
    author: str = ""

    @property
    def document(self) -> Document:
        return self.history.present


@dataclass(frozen=True)
class Outcome:
    """What became of changes: `last` is the number of the last one that was dealt with.

    `expected`: whether whoever sent them has the same document by now, having carried them out on revision `base`.
    """

    kept: Kept
    last: int
    refused: tuple[Error, ...] = ()
    expected: bool = True


@dataclass(frozen=True)
class _Held:
    """A network in memory, as long as its file has this stamp."""

    stamp: Stamp
    sha256: str
    record: Record
    journal: Journal | None  # None before the first change

    @property
    def kept(self) -> Kept:
        authors = self.record.authors
        return Kept(self.record.history, self.record.rev, authors[-1].client if authors else "")


# for all pages and routes of this process: the networks in memory by their file, and what a list says of each file
_held: OrderedDict[Path, _Held] = OrderedDict()
_listed: dict[Path, tuple[Stamp, Entry]] = {}
_holding = threading.Lock()
_locks = tuple(threading.RLock() for _number in range(64))  # a network's is found by its path


class Networks:
    """The folder `networks` of the workspace."""

    def __init__(self, workspace: Path | None = None) -> None:
        self.folder = (workspace or home()) / "networks"
        self.folder.mkdir(parents=True, exist_ok=True)

    def list(self) -> list[Entry]:
        """All networks, last changed first; a file that cannot be read is named and kept."""
        files = [path for path in self.folder.glob("*.json") if is_id(path.stem)]
        for path in [path for path in list(_listed) if path.parent == self.folder and path not in files]:
            _listed.pop(path, None)
        return sorted(map(_entry, files), key=lambda entry: -entry.changed)

    def create(self, document: Document) -> str:
        """Keep a new network. Returns its id."""
        id = new_id()
        write_atomic(self._path(id), write(document))
        return id

    def current(self, id: str) -> Kept:
        """The network as it is now, with its undo steps. Raises: Error P-NONE, and whatever `read` raises."""
        path = self._path(id)
        with _lock(path):
            held = _known(path)
            if held is None:
                with self._alone():
                    held = _load(path)
            return held.kept

    def open(self, id: str) -> tuple[Document, int]:
        """The document and its revision. Raises as `current` does."""
        kept = self.current(id)
        return kept.document, kept.rev

    def change(
        self, id: str, client: str, changes: Sequence[Change], base: int, source: str | None = None, first: int = 1
    ) -> Outcome:
        """Carry out changes that were made to revision `base`, and keep the result.

        A change that is refused is left out and listed.
        Params: `client`, who changes; `source`, what numbers its changes from 1, and `first`, the number of the first
        of these: those that were dealt with before are left out.
        Raises: Error P-NONE, S-CHANGED (another client wrote since `base`); OSError when the disk is full.
        """
        path = self._path(id)
        with _lock(path), self._alone():
            held = _known(path) or _load(path)
            done = held.record.sources.get(source, 0) if source else 0
            fresh = changes[max(0, done + 1 - first) :]
            if fresh and not held.record.written_by(client, source, base):
                text = _("This network was changed in another tab. Load that version, or keep yours as a copy.")
                raise Error("S-CHANGED", text)
            last = max(done, first + len(changes) - 1)
            lines, record, refused = _carried_out(held.record, fresh, client, source, last - len(fresh) + 1)
            expected = base == held.record.rev and len(fresh) == len(changes) and not refused
            if lines:
                content = write(record.history.present)
                if len(content) > MOST_BYTES:
                    return Outcome(held.kept, last, (_too_large(len(content)),), expected=False)
                held = _keep(path, held, record, lines, content)
            else:
                held = _remember(path, _Held(held.stamp, held.sha256, record, held.journal))
            return Outcome(held.kept, last, refused, expected)

    def delete(self, id: str) -> None:
        """Remove a network for good; without effect where it is gone already."""
        path = self._path(id)
        with _lock(path), self._alone():
            path.unlink(missing_ok=True)
            _beside(path).unlink(missing_ok=True)
            _held.pop(path, None)

    def _path(self, id: str) -> Path:
        if not is_id(id):
            raise _none()
        return self.folder / f"{id}.json"

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keeps other processes from writing into the folder meanwhile."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def _none() -> Error:
    return Error("P-NONE", _("No such network. Choose another, or make a new one."))


def _too_large(n: int) -> Error:
    return Error("L-SIZE", _("{size}; the most is {most}.").format(size=size(n), most=size(MOST_BYTES)))


def _lock(path: Path) -> threading.RLock:
    return _locks[hash(path) % len(_locks)]


def _beside(path: Path) -> Path:
    return path.with_suffix(".journal")


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _entry(path: Path) -> Entry:
    stamp = _stamp(path)
    listed = _listed.get(path)
    if listed and listed[0] == stamp:
        return listed[1]
    changed = stamp[0] / 1e9
    try:
        document = read(path.read_bytes())
        entry = Entry(path.stem, document.title, len(document.graph.nodes), changed)
    except Error:
        entry = Entry(path.stem, _("(cannot be read)"), None, changed)
    _listed[path] = stamp, entry
    return entry


def _known(path: Path) -> _Held | None:
    """The network in memory, unless its file was written by someone else. Raises: Error P-NONE."""
    held = _held.get(path)
    try:
        return held if held and _stamp(path) == held.stamp else None
    except FileNotFoundError:
        _held.pop(path, None)
        raise _none() from None


def _remember(path: Path, held: _Held) -> _Held:
    with _holding:
        _held[path] = held
        _held.move_to_end(path)
        while len(_held) > HELD:
            _held.popitem(last=False)
    return held


def _load(path: Path) -> _Held:
    """Read a network from its files; finish a write that was interrupted."""
    if not path.is_file():
        raise _none()
    stamp, content = _stamp(path), path.read_bytes()
    found, hash, held = None, sha256(content), _held.get(path)
    rev = held.record.rev if held else 0  # the last that was given out
    try:
        found = journal.read(_beside(path))
    except journal.DamagedError as damaged:
        rev = max(rev, damaged.rev)
    if found and hash in found.hashes and found.record.rev >= rev:
        if hash != found.hashes[-1]:
            hash = write_atomic(path, write(found.record.history.present))
            stamp = _stamp(path)
        if hash == found.hashes[-1]:
            return _remember(path, _Held(stamp, hash, found.record, found))
    if held and hash == held.sha256 and (found is None or found.record.rev <= rev):
        return _remember(path, _Held(stamp, hash, held.record, held.journal if found else None))
    # without a journal, or written by someone who keeps none
    document = read(path.read_bytes())
    rev = max(rev, found.record.rev if found else 0)
    record = Record(History(document), rev + 1, sources=found.record.sources if found else {})
    if rev:
        record = Record(record.history, record.rev, authors=(Author(rev=record.rev),), sources=record.sources)
        found = journal.begin(_beside(path), record, hash)
    return _remember(path, _Held(stamp, hash, record, found))


def _carried_out(
    record: Record, changes: Sequence[Change], client: str, source: str | None, first: int
) -> tuple[list[Line], Record, tuple[Error, ...]]:
    lines: list[Line] = []
    refused = []
    for n, change in enumerate(changes, first):
        try:
            refuse_change(change)
            after = record.after(change, client, source, n)
        except Error as error:
            refused.append(error)
        else:
            if after is not record:
                lines.append(Line(rev=after.rev, client=client, source=source, n=n, change=change))
            record = after
        record = record.heard(source, n)
    return lines, record, tuple(refused)


def _keep(path: Path, held: _Held, record: Record, lines: Sequence[Line], content: bytes) -> _Held:
    """Write the journal, then the document."""
    beside, hash = _beside(path), sha256(content)
    before = held.journal
    if before is None or not beside.exists():
        before = journal.begin(beside, held.record, held.sha256)
    lines = [*lines[:-1], lines[-1].model_copy(update={"sha256": hash})]
    after = journal.append(beside, before, record, lines)
    try:
        write_atomic(path, content)
    except BaseException:
        journal.cut(beside, before)
        raise
    stamp = _stamp(path)
    if after.lines > LONG:
        with contextlib.suppress(OSError):  # it only grows longer
            after = journal.begin(beside, record, hash)
    return _remember(path, _Held(stamp, hash, record, after))

"""The networks that a person keeps: one document file each in the workspace, written whole at every change."""

from dataclasses import dataclass
from pathlib import Path

from builder.core.errors import Error
from builder.core.files import home, sha256, write_atomic
from builder.core.ids import is_id, new_id
from builder.core.text import _
from builder.graph.document import Document, read, write


@dataclass(frozen=True)
class Entry:
    """A kept network in a list."""

    id: str
    title: str
    layers: int | None  # None when the file cannot be read
    changed: float  # seconds since the epoch


class Networks:
    """The folder `networks` of the workspace."""

    def __init__(self, workspace: Path | None = None) -> None:
        self.folder = (workspace or home()) / "networks"
        self.folder.mkdir(parents=True, exist_ok=True)

    def list(self) -> list[Entry]:
        """All networks, last changed first; a file that cannot be read is named and kept."""
        files = [path for path in self.folder.glob("*.json") if is_id(path.stem)]
        return sorted(map(self._entry, files), key=lambda entry: -entry.changed)

    def _entry(self, path: Path) -> Entry:
        changed = path.stat().st_mtime
        try:
            document = read(path.read_bytes())
        except Error:
            return Entry(path.stem, _("(cannot be read)"), None, changed)
        return Entry(path.stem, document.title, len(document.graph.nodes), changed)

    def create(self, document: Document) -> str:
        """Keep a new network. Returns its id."""
        id = new_id()
        write_atomic(self._path(id), write(document))
        return id

    def open(self, id: str) -> tuple[Document, str]:
        """The network and the stamp to save it with.

        Raises: Error P-NONE when there is no such network, and whatever `read` raises.
        """
        path = self._path(id)
        if not path.is_file():
            raise Error("P-NONE", _("No such network. Choose another, or make a new one."))
        content = path.read_bytes()
        return read(content), sha256(content)

    def save(self, id: str, document: Document, stamp: str) -> str:
        """Write a network that was opened with `stamp`. Returns the new stamp.

        Raises: Error S-CHANGED when someone else wrote it meanwhile; neither version is lost.
        """
        path = self._path(id)
        if path.is_file() and sha256(path.read_bytes()) != stamp:
            text = _("This network was changed in another tab. Load that version, or keep yours as a copy.")
            raise Error("S-CHANGED", text)
        return write_atomic(path, write(document))

    def delete(self, id: str) -> None:
        """Remove a network for good; without effect where it is gone already."""
        self._path(id).unlink(missing_ok=True)

    def _path(self, id: str) -> Path:
        if not is_id(id):
            raise Error("P-NONE", _("No such network. Choose another, or make a new one."))
        return self.folder / f"{id}.json"

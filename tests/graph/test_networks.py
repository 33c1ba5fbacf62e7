"""The networks that a person keeps."""

import os
import resource
from pathlib import Path

import pytest

from builder.core.errors import Error
from builder.core.ids import new_id
from builder.graph.document import Document, write
from builder.graph.networks import Networks
from tests.documents import chain

ODD = ["../x", "a/b", "\0", "CON", "x" * 10_000, "🦊", "-rf", ".hidden", "", "..", "/etc/passwd", str(new_id()).upper()]


@pytest.fixture
def networks(tmp_path: Path) -> Networks:
    return Networks(tmp_path)


def test_a_network_is_kept(networks: Networks) -> None:
    document = chain("Flatten", "Linear")
    id = networks.create(document)
    assert networks.open(id)[0] == document
    [entry] = networks.list()
    assert (entry.id, entry.title, entry.layers) == (id, "", 4)


def test_the_workspace_is_the_default(workspace: Path) -> None:
    id = Networks().create(Document())
    assert (workspace / "networks" / f"{id}.json").read_bytes() == write(Document())


def test_autosave_goes_from_stamp_to_stamp(networks: Networks) -> None:
    id = networks.create(Document(title="0"))
    _document, stamp = networks.open(id)
    for number in range(1, 4):
        stamp = networks.save(id, Document(title=str(number)), stamp)
    assert networks.open(id) == (Document(title="3"), stamp)


def test_two_tabs_never_overwrite_each_other(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    _document, stamp = networks.open(id)
    networks.save(id, Document(title="theirs"), stamp)
    with pytest.raises(Error, match=r"\[S-CHANGED\] This network was changed in another tab"):
        networks.save(id, Document(title="mine"), stamp)
    assert networks.open(id)[0].title == "theirs"


def test_a_deleted_network_can_still_be_saved(networks: Networks) -> None:
    """Deleting it in one tab does not lose what is open in another."""
    id = networks.create(Document(title="old"))
    _document, stamp = networks.open(id)
    networks.delete(id)
    networks.delete(id)
    networks.save(id, Document(title="kept"), stamp)
    assert networks.open(id)[0].title == "kept"


def test_the_list_begins_with_the_last_changed(networks: Networks) -> None:
    first, second = networks.create(Document(title="first")), networks.create(Document(title="second"))
    os.utime(networks.folder / f"{first}.json", (2, 2))
    os.utime(networks.folder / f"{second}.json", (1, 1))
    assert [entry.title for entry in networks.list()] == ["first", "second"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"format": "netbuilder", "version": 9}', b"\xff\xfe\0", b"[" * 100_000]
)
def test_a_file_that_cannot_be_read_is_listed_and_left_alone(networks: Networks, content: bytes) -> None:
    good, bad = networks.create(Document(title="good")), new_id()
    path = networks.folder / f"{bad}.json"
    path.write_bytes(content)
    assert {entry.id: entry.title for entry in networks.list()} == {good: "good", bad: "(cannot be read)"}
    with pytest.raises(Error, match=r"\[G-(JSON|VERSION)\]"):
        networks.open(bad)
    assert path.read_bytes() == content


@pytest.mark.parametrize("id", ODD)
def test_odd_ids_reach_no_file(networks: Networks, id: str) -> None:
    """P01, P02: what is no id is no network, whatever file lies there, and is not repeated in the sentence."""
    (networks.folder.parent / "x.json").write_bytes(write(Document(title="secret")))
    (networks.folder / ".hidden.json").write_bytes(write(Document(title="secret")))
    calls = (networks.open, networks.delete, lambda id: networks.save(id, Document(), ""))
    for call in calls:
        with pytest.raises(Error, match=r"^\[P-NONE\] No such network\. Choose another, or make a new one\.$"):
            call(id)
    assert (networks.folder.parent / "x.json").exists()
    assert networks.list() == []


def test_an_id_that_is_free_is_no_network(networks: Networks) -> None:
    with pytest.raises(Error, match=r"^\[P-NONE\] No such network"):
        networks.open(new_id())


def test_a_full_disk_leaves_the_old_file(networks: Networks) -> None:
    """The limit on a file's size refuses the write half-way, as a full disk does."""
    id = networks.create(Document(title="old"))
    _document, stamp = networks.open(id)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            networks.save(id, Document(about="x" * 10_000), stamp)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert networks.open(id) == (Document(title="old"), stamp)
    assert [path.name for path in networks.folder.iterdir()] == [f"{id}.json"]

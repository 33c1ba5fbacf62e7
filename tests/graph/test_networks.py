"""The networks that a person keeps, changed by several clients, over restarts, crashes and full disks."""

import os
import random
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.core.errors import Error
from builder.core.ids import new_id
from builder.graph import networks as module
from builder.graph.document import Document, Node, write
from builder.graph.edits import READ
from builder.graph.history import STEPS, Change
from builder.graph.networks import LONG, Kept, Networks
from tests.documents import chain, ids

ODD = [
    "../x",
    "a/b",
    "\0",
    "CON",
    "x" * 10_000,
    "🦊",
    "-rf",
    ".hidden",
    "",
    "..",
    "/etc/passwd",
    "3f2b7c1e-5a94-4d0b-9e6f-8c21d7a04b55".upper(),
]
UNDO, REDO = Change(kind="undo"), Change(kind="redo")


@pytest.fixture
def networks(tmp_path: Path) -> Networks:
    return Networks(tmp_path)


def titled(title: str, tag: str = "", at: float = 0.0) -> Change:
    return Change(edits=(READ.validate_python({"op": "set_title", "title": title}),), tag=tag, at=at)


def edit(**edit: object) -> Change:
    return Change(edits=(READ.validate_python(edit),))


def restarted(networks: Networks) -> Networks:
    """What another process, or the next, makes of the same folder."""
    module._held.clear()
    module._listed.clear()
    return Networks(networks.folder.parent)


def same(one: Kept, other: Kept) -> bool:
    histories = one.history, other.history
    past, future = ([getattr(h, name) for h in histories] for name in ("past", "future"))
    return one.rev == other.rev and one.document == other.document and past[0] == past[1] and future[0] == future[1]


def file(networks: Networks, id: str) -> Path:
    return networks.folder / f"{id}.json"


def journal(networks: Networks, id: str) -> Path:
    return networks.folder / f"{id}.journal"


def test_a_network_is_kept(networks: Networks) -> None:
    document = chain("Flatten", "Linear")
    id = networks.create(document)
    assert networks.open(id) == (document, 1)
    [entry] = networks.list()
    assert (entry.id, entry.title, entry.layers) == (id, "", 4)


def test_the_workspace_is_the_default(workspace: Path) -> None:
    id = Networks().create(Document())
    assert (workspace / "networks" / f"{id}.json").read_bytes() == write(Document())


def test_every_change_is_on_disk_when_it_is_answered(networks: Networks) -> None:
    id = networks.create(Document(title="0"))
    for number in range(1, 4):
        outcome = networks.change(id, "tab", [titled(str(number))], base=number)
        assert (outcome.kept.rev, outcome.kept.author, outcome.expected) == (number + 1, "tab", True)
        assert file(networks, id).read_bytes() == write(Document(title=str(number)))
    assert [entry.title for entry in networks.list()] == ["3"]


def test_undo_outlives_a_restart(networks: Networks) -> None:
    id = networks.create(chain("Flatten", "Linear"))
    networks.change(id, "tab", [edit(op="insert", type="ReLU", after="flatten1"), titled("a")], base=1)
    networks.change(id, "tab", [titled("b", "title", 100), titled("bc", "title", 200), UNDO], base=3)
    before = networks.current(id)
    again = restarted(networks)
    assert same(again.current(id), before)
    assert [d.title for d in before.history.future] == ["bc"]
    outcome = again.change(id, "tab", [UNDO, UNDO, UNDO], base=before.rev)
    assert outcome.kept.document == chain("Flatten", "Linear")
    assert again.change(id, "tab", [REDO] * 3, base=outcome.kept.rev).kept.document.title == "bc"


def test_two_clients_never_overwrite_each_other(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    networks.change(id, "theirs", [titled("theirs")], base=1)
    with pytest.raises(Error, match=r"\[S-CHANGED\] This network was changed in another tab"):
        networks.change(id, "mine", [titled("mine")], base=1)
    assert networks.open(id) == (Document(title="theirs"), 2)
    assert networks.change(id, "mine", [titled("mine")], base=2).kept.author == "mine"
    with pytest.raises(Error, match=r"\[S-CHANGED\]"):
        networks.change(id, "theirs", [titled("again")], base=2)
    with pytest.raises(Error, match=r"\[S-CHANGED\]"):
        restarted(networks).change(id, "theirs", [titled("again")], base=2)


def test_a_revision_that_never_was_is_refused(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    with pytest.raises(Error, match=r"\[S-CHANGED\]"):
        networks.change(id, "mine", [titled("mine")], base=7)


def test_a_clients_own_changes_do_not_stand_in_its_way(networks: Networks) -> None:
    """Canvas and outline of one page, each of which has seen what the other did only later."""
    id = networks.create(chain("Flatten", "Linear"))
    networks.change(id, "tab", [edit(op="insert", type="ReLU", after="flatten1")], base=1)
    outcome = networks.change(id, "tab", [titled("mine")], base=1, source="canvas", first=1)
    assert (outcome.kept.rev, outcome.expected) == (3, False)
    assert "relu1" in ids(outcome.kept.document)
    assert outcome.kept.document.title == "mine"


def test_a_reloaded_page_goes_on_where_it_was_cut_off(networks: Networks) -> None:
    """It is another client then, but the source of what it has kept is the same."""
    id = networks.create(Document())
    networks.change(id, "before", [titled("1")], base=1, source="canvas", first=1)
    outcome = networks.change(id, "after", [titled("1"), titled("2")], base=1, source="canvas", first=1)
    assert (outcome.kept.rev, outcome.last, outcome.kept.document.title) == (3, 2, "2")


def test_what_was_sent_again_is_done_once(networks: Networks) -> None:
    id = networks.create(chain("Flatten", "Linear"))
    add = edit(op="insert", type="ReLU", after="flatten1")
    for kept in (networks, networks, restarted(networks)):
        outcome = kept.change(id, "tab", [add, add], base=1, source="canvas", first=1)
        assert (outcome.kept.rev, outcome.last) == (3, 2)
        assert ids(outcome.kept.document).count("relu1") == 1
        assert len(outcome.kept.document.graph.nodes) == 6
    outcome = networks.change(id, "tab", [add, add], base=2, source="canvas", first=2)
    assert (outcome.kept.rev, outcome.last, outcome.expected) == (4, 3, False)
    networks.change(id, "other", [titled("theirs")], base=4)
    assert (
        networks.change(id, "tab", [add, add], base=2, source="canvas", first=2).last == 3
    )  # nothing new: no conflict


def test_a_refused_change_is_left_out_and_told(networks: Networks) -> None:
    id = networks.create(chain("Flatten"))
    changes = [titled("a"), edit(op="remove", nodes=["nothing"]), titled("b")]
    outcome = networks.change(id, "tab", changes, base=1, source="canvas", first=1)
    assert (outcome.kept.document.title, outcome.last, outcome.expected) == ("b", 3, False)
    assert [error.code for error in outcome.refused] == ["G-EDIT"]
    assert outcome.kept.rev == 3
    assert same(restarted(networks).current(id), outcome.kept)


def test_what_changes_nothing_is_no_revision(networks: Networks) -> None:
    id = networks.create(Document(title="a"))
    outcome = networks.change(id, "tab", [titled("a"), UNDO, REDO], base=1, source="canvas", first=1)
    assert (outcome.kept.rev, outcome.last) == (1, 3)
    assert not journal(networks, id).exists()


DEEP = {"x": 1.0}
for _level in range(80):
    DEEP = {"x": DEEP}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (edit(op="set_params", node="flatten1", params={"x": float("nan")}), "G-NUMBER"),
        (edit(op="set_recipe", values={"x": [float("-inf")]}), "G-NUMBER"),
        (edit(op="set_params", node="flatten1", params=DEEP), "G-JSON"),
        (edit(op="set_data", values={"x": "y" * 5_000_000}), "L-SIZE"),
    ],
)
def test_what_could_not_be_read_again_is_refused(networks: Networks, change: Change, code: str) -> None:
    id = networks.create(chain("Flatten"))
    outcome = networks.change(id, "tab", [change], base=1)
    assert [error.code for error in outcome.refused] == [code]
    assert restarted(networks).open(id) == (chain("Flatten"), 1)


def test_blocks_in_blocks_end_before_the_file_is_unreadable(networks: Networks) -> None:
    id = networks.create(chain("ReLU"))
    node, codes = "relu1", []
    for rev in range(1, 12):
        outcome = networks.change(id, "tab", [edit(op="group", nodes=[node], id=f"b{rev}")], base=rev)
        codes += [error.code for error in outcome.refused]
        node = f"b{rev}"
        if codes:
            break
    assert codes == ["L-NODES"]
    assert same(restarted(networks).current(id), networks.current(id))


def test_a_file_that_someone_else_wrote_is_noticed(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    networks.change(id, "tab", [titled("mine")], base=1)
    file(networks, id).write_bytes(write(Document(title="theirs")))
    kept = networks.current(id)
    assert (kept.document.title, kept.rev, kept.author, kept.history.past) == ("theirs", 3, "", ())
    with pytest.raises(Error, match=r"\[S-CHANGED\]"):
        networks.change(id, "tab", [titled("mine")], base=2)
    assert same(restarted(networks).current(id), kept)
    assert networks.change(id, "tab", [titled("after"), UNDO], base=3).kept.document.title == "theirs"


def test_a_file_without_a_journal_that_someone_else_wrote_is_noticed(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    assert networks.open(id)[1] == 1
    file(networks, id).write_bytes(write(Document(title="theirs")))
    assert networks.open(id) == (Document(title="theirs"), 2)
    assert restarted(networks).open(id)[1] == 2


def test_a_file_that_was_only_touched_keeps_its_steps(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    networks.change(id, "tab", [titled("new")], base=1)
    before = networks.current(id)
    os.utime(file(networks, id), (5, 5))
    assert same(networks.current(id), before)


def test_a_write_that_was_cut_off_is_finished(networks: Networks) -> None:
    """The journal is ahead of the file, as after a power cut between the two."""
    id = networks.create(Document(title="old"))
    networks.change(id, "tab", [titled("new")], base=1)
    before = file(networks, id).read_bytes()
    networks.change(id, "tab", [titled("newer")], base=2)
    newest = networks.current(id)
    file(networks, id).write_bytes(before)
    again = restarted(networks)
    assert same(again.current(id), newest)
    assert file(networks, id).read_bytes() == write(newest.document)


def test_a_line_that_was_cut_off_is_forgotten(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    networks.change(id, "tab", [titled("1")], base=1)
    before, path = networks.current(id), journal(networks, id)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[-1][:-20])
    again = restarted(networks)
    assert same(again.current(id), before)
    again.change(id, "tab", [titled("2")], base=2)
    assert restarted(again).current(id).history.past[-1].title == "1"


@pytest.mark.parametrize("damage", [b"", b"{", b"\0" * 100, b"[" * 100_000 + b"\n", b'{"rev": 5}\n', b"\xff\n\n\n"])
def test_a_damaged_journal_costs_only_the_undo(networks: Networks, damage: bytes) -> None:
    id = networks.create(Document(title="old"))
    networks.change(id, "tab", [titled("1"), titled("2")], base=1)
    journal(networks, id).write_bytes(damage)
    again = restarted(networks)
    kept = again.current(id)
    assert (kept.document.title, kept.history.past) == ("2", ())
    assert again.change(id, "tab", [titled("3")], base=kept.rev).kept.document.title == "3"
    assert restarted(again).current(id).history.past[-1].title == "2"


def test_a_journal_damaged_in_the_middle_gives_no_revision_twice(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    for rev in range(1, 9):
        networks.change(id, "tab", [titled(str(rev))], base=rev)
    lines = journal(networks, id).read_bytes().splitlines(keepends=True)
    journal(networks, id).write_bytes(b"".join([*lines[:3], b"garbage\n", *lines[4:]]))
    kept = restarted(networks).current(id)
    assert kept.document.title == "8"
    assert kept.rev > 9


def test_a_journal_that_was_deleted_meanwhile_is_begun_again(networks: Networks) -> None:
    id = networks.create(Document(title="0"))
    networks.change(id, "tab", [titled("1")], base=1)
    journal(networks, id).unlink()
    networks.change(id, "tab", [titled("2")], base=2)
    assert [d.title for d in restarted(networks).current(id).history.past] == ["0", "1"]


def test_a_long_journal_keeps_exactly_the_steps_that_can_be_undone(networks: Networks) -> None:
    id = networks.create(Document(title="start"))
    rev = 1
    for number in range(LONG // 4 + 60):
        changes = [titled(f"a{number}", "t", number * 1000), titled(f"b{number}", "t", number * 1000 + 50)]
        rev = networks.change(
            id, "tab", [*changes, UNDO, REDO], base=rev, source="canvas", first=4 * number + 1
        ).kept.rev
    rev = networks.change(id, "tab", [UNDO] * 20, base=rev).kept.rev
    before = networks.current(id)
    assert len(before.history.past) > 100
    assert len(journal(networks, id).read_bytes().splitlines()) < LONG
    again = restarted(networks)
    assert same(again.current(id), before)
    assert again.change(id, "tab", [titled("x")], base=1, source="canvas", first=4).kept.rev == rev  # done long ago


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["", "t", "u"]), st.integers(0, 700)),
        st.sampled_from([UNDO, REDO]),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, cuts=st.sets(st.integers(0, 39)))
def test_any_history_survives_a_restart(
    networks: Networks, monkeypatch: pytest.MonkeyPatch, changes: list[object], cuts: set[int]
) -> None:
    monkeypatch.setattr(module, "LONG", 4)
    id, at = networks.create(Document(title="")), 0.0
    for number, change in enumerate(changes):
        if isinstance(change, tuple):
            at += change[2]
            change = titled(change[0], change[1], at)
        assert isinstance(change, Change)
        before = networks.change(id, "tab", [change], base=networks.open(id)[1]).kept
        if number in cuts:
            networks = restarted(networks)
            assert same(networks.current(id), before)
            assert (networks.current(id).history.tag, networks.current(id).history.at) == (
                before.history.tag,
                before.history.at,
            )


def test_200_steps_are_kept(networks: Networks) -> None:
    id = networks.create(Document(title="start"))
    networks.change(id, "tab", [titled(str(n)) for n in range(STEPS + 50)], base=1)
    kept = restarted(networks).current(id)
    assert [d.title for d in kept.history.past] == [str(n) for n in range(49, STEPS + 49)]


WRITER = """
import sys
from pathlib import Path
from builder.graph.history import Change
from builder.graph.networks import Networks

networks, id = Networks(Path(sys.argv[1])), sys.argv[2]
rev = networks.open(id)[1]
for number in range(10**9):
    change = Change.model_validate({"edits": [{"op": "set_title", "title": f"{rev}"}]})
    rev = networks.change(id, "child", [change], rev, "child", rev).kept.rev
    print(rev, flush=True)
"""


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_process_loses_nothing_that_it_answered(networks: Networks, seed: int) -> None:
    id = networks.create(chain(*["ReLU"] * 50))
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(networks.folder.parent), id], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    child.stdout.readline()
    time.sleep(random.Random(seed).uniform(0.01, 0.4))
    child.kill()
    answered = int(("2\n" + child.communicate()[0]).rsplit("\n", 2)[-2])
    kept = networks.current(id)
    assert answered <= kept.rev <= answered + 1
    assert kept.document.title == str(kept.rev - 1)
    assert file(networks, id).read_bytes() == write(kept.document)
    assert [d.title for d in kept.history.past[1:]] == [str(n) for n in range(1, kept.rev - 1)][-STEPS + 1 :]
    assert not same(networks.change(id, "me", [UNDO], base=kept.rev).kept, kept)


def test_two_processes_write_one_network_without_losing_a_change(networks: Networks) -> None:
    id, count = networks.create(Document()), 30
    code = """
import sys
from pathlib import Path
from builder.graph.history import Change
from builder.graph.networks import Networks

networks, id = Networks(Path(sys.argv[1])), sys.argv[2]
for number in range(int(sys.argv[3])):
    networks.change(id, "same", [Change.model_validate({"edits": [{"op": "insert", "type": "ReLU"}]})], 1)
"""
    command = [sys.executable, "-c", code, str(networks.folder.parent), id, str(count)]
    children = [subprocess.Popen(command) for _ in range(2)]
    assert [child.wait() for child in children] == [0, 0]
    kept = networks.current(id)
    assert len(kept.document.graph.nodes) == 2 * count
    assert kept.rev == 2 * count + 1


def test_threads_take_turns(networks: Networks) -> None:
    id = networks.create(Document())

    def work(source: str) -> None:
        for n in range(1, 21):
            networks.change(id, "tab", [edit(op="insert", type="ReLU")], base=1, source=source, first=n)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(networks.current(id).document.graph.nodes) == 80


def test_a_deleted_network_is_gone_with_its_journal(networks: Networks) -> None:
    id = networks.create(Document(title="old"))
    networks.change(id, "tab", [titled("new")], base=1)
    networks.delete(id)
    networks.delete(id)
    assert list(networks.folder.iterdir()) == []
    for call in (networks.open, networks.current, lambda id: networks.change(id, "tab", [titled("x")], 2)):
        with pytest.raises(Error, match=r"^\[P-NONE\] No such network"):
            call(id)
    assert networks.list() == []


def test_the_list_begins_with_the_last_changed(networks: Networks) -> None:
    first, second = networks.create(Document(title="first")), networks.create(Document(title="second"))
    os.utime(file(networks, first), (2, 2))
    os.utime(file(networks, second), (1, 1))
    assert [entry.title for entry in networks.list()] == ["first", "second"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"format": "netbuilder", "version": 9}', b"\xff\xfe\0", b"[" * 100_000]
)
def test_a_file_that_cannot_be_read_is_listed_and_left_alone(networks: Networks, content: bytes) -> None:
    good, bad = networks.create(Document(title="good")), new_id()
    path = file(networks, bad)
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
    calls = (networks.open, networks.delete, lambda id: networks.change(id, "tab", [titled("x")], 1))
    for call in calls:
        with pytest.raises(Error, match=r"^\[P-NONE\] No such network\. Choose another, or make a new one\.$"):
            call(id)
    assert (networks.folder.parent / "x.json").exists()
    assert networks.list() == []


def test_an_id_that_is_free_is_no_network(networks: Networks) -> None:
    with pytest.raises(Error, match=r"^\[P-NONE\] No such network"):
        networks.open(new_id())


@pytest.mark.parametrize("limit", [100, 12_000])
def test_a_full_disk_leaves_the_old_file(networks: Networks, limit: int) -> None:
    """The limit on a file's size refuses the write half-way, as a full disk does: in the journal or the document."""
    id = networks.create(chain(("ReLU", {"x": "y" * 8000})))
    networks.change(id, "tab", [titled("older")], base=1)
    before = networks.current(id)
    change = edit(op="duplicate", node="relu1")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            networks.change(id, "tab", [change], base=2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert same(networks.current(id), before)
    assert same(restarted(networks).current(id), before)
    assert sorted(path.suffix for path in networks.folder.iterdir()) == [".journal", ".json"]
    assert networks.change(id, "tab", [change], base=2).kept.rev == 3


def test_2000_nodes_are_kept_and_the_next_is_refused(networks: Networks) -> None:
    graph = Document().graph.having(nodes=[Node(id=f"n{n}", type="ReLU") for n in range(1999)])
    id = networks.create(Document(graph=graph))
    networks.change(id, "tab", [edit(op="insert", type="ReLU")], base=1)
    outcome = networks.change(id, "tab", [edit(op="insert", type="ReLU")], base=2)
    assert [error.code for error in outcome.refused] == ["L-NODES"]
    assert len(restarted(networks).current(id).document.graph.nodes) == 2000

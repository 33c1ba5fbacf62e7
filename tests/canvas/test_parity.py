"""Browser and server carry out the same changes alike: documents, steps and refusals, after every single one."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import ValidationError

from builder.blocks import READY, Template, fitted
from builder.core.errors import Error
from builder.core.specs import Spec
from builder.graph.document import MOST_DEPTH, MOST_EDGES, MOST_NODES, Document, Graph, Node, from_json, write
from builder.graph.edits import Edit
from builder.graph.history import Change, History
from tests.canvas.browser_rules import Browser
from tests.canvas.changes import Hand, Plain
from tests.documents import chain

SEQUENCES = 500
CHANGES = 24


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("parity"))
    yield browser
    browser.close()


def plain(document: Document) -> Plain:
    return document.model_dump(mode="json", exclude_none=True)


def after(history: History, change: Plain) -> tuple[History, str | None]:
    """What the server makes of a change, and the code of its refusal."""
    try:
        read = Change.model_validate_json(json.dumps(change))
    except ValidationError:
        return history, "G-EDIT"
    try:
        return history.after(read), None
    except Error as error:
        return history, error.code


def state(history: History, code: str | None) -> Plain:
    """What the browser answers for the same."""
    past, future = len(history.past), len(history.future)
    return {"document": plain(history.present), "undo": past, "redo": future, "code": code}


def compare(browser: Browser, hand: Hand, steps: int) -> list[tuple[Plain, str | None]]:
    """Play random changes here and there. Returns the changes with the codes of their refusals."""
    history = History(chain("Conv2d", "ReLU", "Flatten", "Linear"))
    begin, changes, expected = plain(history.present), [], []
    for _step in range(steps):
        changes.append(hand.change(history))
        history, code = after(history, changes[-1])
        expected.append(state(history, code))
    for step, (theirs, ours) in enumerate(zip(browser.play(changes, begin), expected, strict=True)):
        assert theirs == ours, f"seed {hand.seed}, step {step}: {changes[step]}"
    return [(change, answer["code"]) for change, answer in zip(changes, expected, strict=True)]


def test_random_changes_lead_to_the_same(browser: Browser) -> None:
    carried_out: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    for seed in range(SEQUENCES):
        for change, code in compare(browser, Hand(seed), CHANGES):
            if code:
                refusals[code] += 1
            else:
                carried_out.update(edit["op"] for edit in change["edits"])
                carried_out[change["kind"]] += 1
    kinds = {get_args(kind.model_fields["op"].annotation)[0] for kind in get_args(get_args(Edit)[0])}
    assert min(carried_out[kind] for kind in {*kinds, "undo", "redo"}) > SEQUENCES / 10, carried_out
    assert min(refusals[code] for code in ("G-EDIT", "G-ID")) > SEQUENCES / 10, refusals


def test_a_long_history_forgets_the_same_steps(browser: Browser) -> None:
    hand = Hand(SEQUENCES, back=0.02)
    compare(browser, hand, 500)


def test_the_most_nodes_are_the_same(browser: Browser) -> None:
    """2,000 nodes, those inside blocks counted: one more is refused, however it would come."""
    full = chain(*["ReLU"] * (MOST_NODES - 4), ends=False)
    inner = [{"id": f"r{n}", "type": "ReLU"} for n in range(4)]
    block = {"nodes": inner[:3], "edges": []}
    edits: list[list[Plain]] = [
        [{"op": "insert", "type": "Block", "graph": {"nodes": inner}}],
        [{"op": "insert", "type": "Block", "id": "b", "params": {"repeat": 3}, "graph": block}],
        [{"op": "ungroup", "node": "b"}],
        [{"op": "inside", "node": "b", "edits": [{"op": "duplicate", "node": "r1"}]}],
        [{"op": "duplicate", "node": "relu7"}],
        [{"op": "add", "nodes": [{"id": "more", "type": "ReLU"}]}],
        [{"op": "remove", "nodes": ["relu7"]}, {"op": "duplicate", "node": "relu8"}],
    ]
    changes: list[Plain] = [{"kind": "edit", "edits": edit, "tag": "", "at": 0.0} for edit in edits]
    history, expected = History(full), []
    for change in changes:
        history, code = after(history, change)
        expected.append(state(history, code))
    assert [answer["code"] for answer in expected] == ["L-NODES", None, *["L-NODES"] * 4, None]
    assert browser.play(changes, plain(full)) == expected


def test_what_could_not_be_read_again_is_refused_alike(browser: Browser) -> None:
    """Too many nodes by grouping, too many wires, blocks too deep inside each other, an id of a long type."""
    full = chain(*["ReLU"] * MOST_NODES, ends=False)
    wires = [{"source": "relu1", "target": "relu2", "input": str(n)} for n in range(MOST_EDGES)]
    deep = [{"op": "group", "nodes": [f"b{n}" if n else "relu1"], "id": f"b{n + 1}"} for n in range(MOST_DEPTH + 1)]
    cases: list[tuple[Document, list[Plain], str | None]] = [
        (full, [{"op": "group", "nodes": ["relu1"]}], "L-NODES"),
        (chain("ReLU", "ReLU", ends=False), [{"op": "add", "edges": wires}], "L-NODES"),
        (chain("ReLU"), deep, "L-NODES"),
        (chain("ReLU"), deep[:-1], None),
        (chain("ReLU"), [{"op": "insert", "type": "İ" * 200}], None),
    ]
    for begin, edits, refusal in cases:
        change: Plain = {"kind": "edit", "edits": edits, "tag": "", "at": 0.0}
        history, code = after(History(begin), change)
        assert browser.play([change], plain(begin)) == [state(history, code)]
        assert code == refusal
        assert from_json(plain(history.present)) == history.present


def test_canvas_and_outline_in_turns_end_with_the_same_network(browser: Browser) -> None:
    """The canvas acts at once and sends what it did; the outline acts on the server, and the canvas takes that over."""
    for seed in range(SEQUENCES, 2 * SEQUENCES):
        hand, history = Hand(seed), History(chain("Conv2d", "ReLU", "Flatten", "Linear"))
        browser.play([], plain(history.present))
        known = 0  # steps back that the canvas itself knows: the server has more, from before it took over
        for step in range(12):
            change = hand.change(history)
            outline = hand.random.random() < 0.4 or (change["kind"] != "edit" and known == 0)
            if outline and change["tag"]:
                change["tag"] = f"outline {change['tag']}"  # no step of undo begins on one side and ends on the other
            [drawn] = [None] if outline else browser.play([change])
            before = history
            history, code = after(history, change)
            if drawn is None and history is not before:
                browser.play([], json.loads(write(history.present)))
                known = 0
            elif drawn is not None:
                assert (drawn["document"], drawn["code"]) == (plain(history.present), code), f"seed {seed}, step {step}"
                known = drawn["undo"] if change["kind"] != "redo" else 0
        [end] = browser.play([{"kind": "edit", "edits": [], "tag": "", "at": 0.0}])
        assert from_json(end["document"]) == history.present


def test_blocks_of_the_palette_take_on_sizes_alike(browser: Browser) -> None:
    """In the sizes of images, vectors and sequences, of what has no axes, and of what is not known."""
    specs = [
        *(Spec((2, channels, 9, 7), axes="N C H W") for channels in (1, 3, 48, 513)),
        Spec((2, 30), axes="N F"),
        Spec((2, 7, 6), axes="N L F"),
        Spec((2, 5, 5, 5), axes=""),
        None,
    ]
    odd = {"a": "$F/3,7", "b": ["$C*2", {"c": "$C,9"}], "d": "$X", "e": "$C/0", "f": None, "g": True, "h": "$C-1"}
    inner = Graph(nodes=(Node(id="a", type="Conv2d", params=odd),))
    nested = Graph(nodes=(Node(id="deep", type="Block", params={"repeat": 2}, graph=inner),))
    strange = Template("ready/odd", "Odd", "", nested, sizes={"C": 5, "F": 11})
    for template in (*READY.values(), strange):
        for spec in specs:
            entering = spec and {"shape": list(spec.shape[1:]), "axes": " ".join(spec.axes.split()[1:])}
            ours = fitted(template, spec).model_dump(mode="json", exclude_none=True)
            assert browser.fitted(template.describe()["block"], entering) == ours, (template.name, spec)
    unknown = {"shape": None, "axes": ""}  # of a node whose output is not known
    told = browser.fitted(strange.describe()["block"], unknown)
    assert told == fitted(strange, None).model_dump(mode="json", exclude_none=True)

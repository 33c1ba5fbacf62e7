"""Every mistake is found before training, pinned where it is, and its fix really mends it."""

from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from builder.compiler import cost
from builder.compiler.check import check
from builder.compiler.model import build
from builder.core.errors import Error
from builder.core.machine import memory
from builder.core.settings import parameters
from builder.graph.edit import apply
from builder.layers import LAYERS
from tests.compiler.broken import BROKEN, CLASSIFY, LAST, Broken, conv
from tests.documents import chain, edited, ids, mended, one_step


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_named_where_it_is(broken: Broken) -> None:
    report = check(broken.document)
    said = [p for p in report.problems if broken.says in p.message]
    assert [(p.code, p.severity) for p in said] == [(broken.code, broken.severity)], [str(p) for p in report.problems]
    [problem] = said
    assert broken.node in (None, problem.node)
    assert len(problem.message) <= 300
    assert problem.node is None or problem in report.nodes[problem.node].problems
    assert report.ok == (broken.severity != "error")
    # one wire can be wrong in several ways; what merely follows from a mistake is not reported beside it
    assert sum(p.severity != "hint" for p in report.problems) <= 3, [str(p) for p in report.problems]


@pytest.mark.parametrize("broken", [b for b in BROKEN.values() if b.severity == "error"])
def test_a_broken_document_is_never_built(broken: Broken) -> None:
    with pytest.raises(Error, match=rf"\[{broken.code}\]"):
        build(broken.document)


@pytest.mark.parametrize(
    "broken", [b for b in BROKEN.values() if b.mends], ids=[k for k, b in BROKEN.items() if b.mends]
)
def test_fixes_lead_to_a_network_that_learns(broken: Broken, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "memory", lambda: 2**30)  # a network made just small enough for it learns soon
    document = mended(broken.document)
    assert [str(p) for p in check(document).problems] == []
    one_step(document)


def test_there_are_enough_mistakes_and_nearly_all_can_be_mended() -> None:
    """At least 80 kinds, of which at least 80 % are mended by nothing but the fixes that are offered."""
    mending = sum(broken.mends for broken in BROKEN.values())
    print(f"{mending} of {len(BROKEN)} broken documents are mended by their fixes")
    assert len(BROKEN) >= 80
    assert mending / len(BROKEN) >= 0.8
    assert len({broken.code for broken in BROKEN.values()}) >= 15


@pytest.mark.parametrize("name", [name for name, broken in BROKEN.items() if not broken.mends])
def test_what_cannot_be_mended_is_not_pretended_to_be(name: str) -> None:
    """A document that is marked as beyond fixes is still wrong after all of them."""
    assert not check(mended(BROKEN[name].document)).ok


def test_the_fix_of_each_problem_is_its_own() -> None:
    """A fix takes its problem away at the first go, whatever else is left."""
    for name, broken in BROKEN.items():
        for problem in check(broken.document).problems:
            if problem.fix:
                after = check(apply(broken.document, *problem.fix.edits))
                assert str(problem) not in map(str, after.problems), name


def test_a_batch_too_large_for_the_machine() -> None:
    """The batch size that is offered fits, and the next power of two would not."""
    channels = memory() // 2**15 // (4 * 32 * 32) + 1  # a batch of 2**15 is just too much
    document = chain(conv(channels, kernel_size=1), "AdaptiveAvgPool2d", *CLASSIFY, size=32)
    document = apply(document, {"op": "set_recipe", "values": {"batch_size": 65_536}})
    [problem] = check(document).problems
    assert (problem.code, problem.node) == ("L-MEM", None)
    assert "at batch size 65,536" in problem.message
    assert "Lower the batch size to 16384." in problem.message
    mend = mended(document)
    assert check(mend).ok
    assert mend.recipe["batch_size"] == 16_384
    assert not check(apply(mend, {"op": "set_recipe", "values": {"batch_size": 32_768}})).ok


def test_duplicate_ids_are_named_and_never_merged() -> None:
    document = chain(*CLASSIFY)
    nodes = (*document.graph.nodes, document.graph.nodes[1])
    document = document.model_copy(update={"graph": document.graph.model_copy(update={"nodes": nodes})})
    assert any('2 layers are called "flatten1"' in str(p) for p in check(document).errors)
    assert ids(document).count("flatten1") == 2


def test_one_mistake_at_the_top_does_not_blame_the_layers_below() -> None:
    broken = BROKEN["kernel too large"].document
    assert [p.node for p in check(broken).problems] == ["conv1"]


def test_many_mistakes_are_reported_at_once() -> None:
    document = chain(
        "Flatten", ("Linear", {"out_features": 0}), ("Dropout", {"p": 2}), "Sofmax", ("Linear", {"bias": 1})
    )
    found = {(p.code, p.node) for p in check(document).problems}
    assert found == {
        ("G-RANGE", "linear1"), ("G-RANGE", "dropout1"), ("G-TYPE", "sofmax1"), ("G-FIELD", "linear2"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("step", "label", "params"),
    [
        (("MaxPool2d", {"kernel_size": 3, "ceil_mode": True}), "Change it to MaxPool1d", {"ceil_mode": True}),
        (("Conv3d", {"out_channels": 5, "stride": 2}), "Change it to Conv1d", {"out_channels": 5}),
        ("Dropout2d", "Change it to Dropout1d", {}),
        (("AdaptiveMaxPool2d", {"output_size": 3}), "Change it to AdaptiveMaxPool1d", {}),
    ],
)
def test_a_layer_for_another_number_of_axes_is_changed(step: Any, label: str, params: dict[str, Any]) -> None:
    """A sequence gets the layer for sequences, with the settings that mean the same there."""
    document = chain("Embedding", step, "GlobalAvgPool", LAST, data="reviews")
    problem = check(document).errors[0]
    assert problem.fix
    assert problem.fix.label == label
    fixed = apply(document, *problem.fix.edits)
    assert next(n for n in fixed.graph.nodes if n.type == label.split()[-1]).params == params
    one_step(mended(document))


def test_what_halves_the_classes_gets_a_linear_behind_it() -> None:
    document = mended(chain("Flatten", ("Linear", {"out_features": 10}), "GLU"))
    assert [node.type for node in document.graph.nodes] == ["Input", "Flatten", "Linear", "GLU", "Linear", "Output"]
    one_step(document)


plausible: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(1, 9),
    "float": st.floats(0.1, 0.5),
    "bool": st.booleans(),
    "pair": st.integers(1, 9) | st.lists(st.integers(1, 9), min_size=2, max_size=2),
    "ints": st.permutations([0, 1, 2]) | st.lists(st.sampled_from([-1, 1, 2, 4]), min_size=2, max_size=3),
}


@st.composite
def layers(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A layer of the catalogue with parameters that each are possible, though perhaps not here."""
    name = draw(st.sampled_from([name for name, cls in LAYERS.items() if cls.family != "Input and output"]))
    known = [p for p in parameters(LAYERS[name]) if p.kind in plausible]
    chosen = draw(st.lists(st.sampled_from(known), max_size=2)) if known else []
    return name, {p.name: draw(plausible[p.kind]) for p in chosen}


@given(steps=st.lists(layers(), max_size=5), data=st.sampled_from(["digits", "reviews", "xor"]))
@settings(max_examples=300, deadline=None)
def test_any_chain_is_mended_or_what_is_left_is_named(steps: list[tuple[str, dict[str, Any]]], data: str) -> None:
    """Fixes never go round in circles; a network without problems really learns a step."""
    document = mended(chain(*steps, data=data))
    report = check(document)
    event("ok" if report.ok else "not ok")
    assert report.ok or all(p.node is not None for p in report.errors)
    if report.ok:
        one_step(document)


def test_a_wire_that_is_offered_makes_no_loop() -> None:
    """The layer right above leads back here, so the one above that is offered."""
    document = edited(
        chain("ReLU", "Tanh", *CLASSIFY),
        {"op": "set_inputs", "node": "relu1", "sources": ["tanh1"]},
        {"op": "set_inputs", "node": "tanh1", "sources": []},
        {"op": "set_inputs", "node": "flatten1", "sources": ["relu1"]},
    )
    [problem] = check(document).errors
    assert problem.fix
    assert (problem.code, problem.node, problem.fix.label) == ("G-INPUT", "tanh1", 'Connect it to "input"')
    assert check(apply(document, *problem.fix.edits)).ok


def test_a_loose_end_is_reconnected_and_the_only_input_never_offered_for_deletion() -> None:
    document = edited(chain("Flatten", LAST), {"op": "set_inputs", "node": "flatten1", "sources": []})
    [unused] = [p for p in check(document).problems if p.code == "G-UNUSED"]
    assert (unused.node, [fix.label for fix in unused.fixes]) == ("input", ['Connect it to "flatten1"'])
    one_step(mended(apply(document, *unused.fixes[0].edits)))
    gap = edited(chain("Flatten", LAST), {"op": "set_inputs", "node": "linear1", "sources": []})
    [unused] = [p for p in check(gap).problems if p.code == "G-UNUSED"]
    assert [fix.label for fix in unused.fixes] == ['Connect it to "linear1"', "Delete it"]
    one_step(apply(gap, *unused.fixes[0].edits))

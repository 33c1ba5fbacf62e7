"""No document, sensible or not, makes the check raise, hang or allocate; and what passes it builds and learns."""

import json
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from builder.compiler.check import check
from builder.compiler.model import build
from builder.compiler.report import Report
from builder.core.errors import Error
from builder.core.settings import Parameter, parameters
from builder.examples import load, names
from builder.graph.document import Document, from_json, write
from builder.graph.edit import apply
from builder.layers import LAYERS, Many
from builder.layers.layer import Layer
from tests.documents import loss_of, random_answers, random_inputs

HANG = 60  # seconds after which a check is given up; it should take milliseconds
MOST_MEGABYTES = 200
BUILT_BYTES, BUILT_FLOPS = 300_000_000, 2_000_000_000  # what is built for real to be tried out
SOME, MANY = 150, 5_000
SETTINGS = settings(deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
INNER = sorted(name for name, cls in LAYERS.items() if cls.family not in ("Input and output", "Blocks"))
SIZES = st.integers(1, 9) | st.sampled_from([10, 12, 16, 28, 32, 64])
DATA = ["digits", "digits", "reviews", "xor"]
found: Counter[str] = Counter()
slowest = 0.0

garbage = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def sensible(p: Parameter) -> st.SearchStrategy[Any]:
    """Values that a parameter takes, most of them small."""
    low, high = int(p.minimum or 0), int(min(p.maximum or 64, 64))
    words = st.sampled_from(p.choices) if p.choices else st.nothing()
    number = SIZES.map(lambda n: max(low, min(n, high)))
    match p.kind:
        case "bool":
            return st.booleans()
        case "int":
            return number | words
        case "float":
            return st.floats(p.minimum or 0.0, min(p.maximum or 1.0, 1.0), exclude_min=True, exclude_max=True)
        case "pair":
            return number | st.lists(number, min_size=2, max_size=2) | words
        case "ints":
            length = len(p.default) if isinstance(p.default, tuple) else 2
            return (
                number | st.lists(number, min_size=length, max_size=length) | st.lists(st.integers(-1, 9), max_size=4)
            )
        case _:
            return words if p.choices else st.none()


def extreme(p: Parameter) -> st.SearchStrategy[Any]:
    """Values at and beyond the limits, and of any other kind."""
    ends = [end for end in (p.minimum, p.maximum) if end is not None]
    edges = [value for end in ends for value in (int(end), int(end) - 1, int(end) + 1, float(end))]
    return st.sampled_from([*edges, 0, -1, 10**6, 10**30, 1e308]) | garbage


@st.composite
def layer(draw: st.DrawFn, id: str, wild: float) -> dict[str, Any]:
    """A layer of the catalogue; one in a few has values that it cannot have."""
    name = draw(st.sampled_from(INNER))
    chosen = draw(st.lists(st.sampled_from(parameters(LAYERS[name])), max_size=3)) if parameters(LAYERS[name]) else []
    params = {p.name: draw(extreme(p) if draw(st.floats(0, 1)) < wild else sensible(p)) for p in chosen}
    if draw(st.floats(0, 1)) < wild / 4:
        name = draw(st.sampled_from(["conv2D", "Dense", "", "Input", "Output", "os.system"]))
    return {"id": id, "type": name, "params": params, "disabled": draw(st.floats(0, 1)) < 0.05}


def wanted(cls: type[Layer] | None) -> int:
    """How many wires a layer needs."""
    if cls is None:
        return 1
    return cls.inputs.at_least if isinstance(cls.inputs, Many) else len(cls.inputs)


@st.composite
def graphs(draw: st.DrawFn, wild: float, depth: int = 2, most: int = 8) -> dict[str, Any]:
    """Layers that each read from those before them, mostly from the last; some of them hold graphs of their own."""
    nodes: list[dict[str, Any]] = [{"id": "input", "type": "Input"}]
    edges: list[dict[str, Any]] = []
    for number in range(draw(st.integers(0, most))):
        id = f"n{number}"
        if depth and draw(st.floats(0, 1)) < 0.15:
            node: dict[str, Any] = {"id": id, "type": "Block", "graph": draw(graphs(wild, depth - 1, 3))}
            node["params"] = {"repeat": draw(st.integers(1, 3))}
            wires = 1
        else:
            node = draw(layer(id, wild))
            wires = wanted(LAYERS.get(node["type"]))
        known = [n["id"] for n in nodes]
        sources = [known[-1], *(draw(st.sampled_from(known)) for _more in range(wires - 1))]
        nodes.append(node)
        edges += [{"source": source, "target": id} for source in dict.fromkeys(sources)]
    nodes.append({"id": "output", "type": "Output"})
    edges.append({"source": nodes[-2]["id"], "target": "output"})
    if draw(st.floats(0, 1)) < wild:
        ends = st.sampled_from([*(n["id"] for n in nodes), "nowhere"])
        edges += [{"source": draw(ends), "target": draw(ends)} for _more in range(draw(st.integers(1, 3)))]
    if draw(st.floats(0, 1)) < wild:
        edges.pop(draw(st.integers(0, len(edges) - 1)))
    return {"nodes": nodes, "edges": edges}


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """A document of any layers: sensible, or wild in one respect or many."""
    wild = draw(st.sampled_from([0.0, 0.0, 0.05, 0.3]))
    recipe = {"batch_size": draw(st.sampled_from([1, 2, 32, 65_536]))} if draw(st.booleans()) else {}
    return {
        "format": "netbuilder", "version": 1, "data": {"source": draw(st.sampled_from(DATA))},
        "graph": draw(graphs(wild)), "recipe": recipe,
    }  # fmt: skip


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a JSON value with each of its keys."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """An example in which some values have become others, have gone, or have changed places."""
    plain: dict[str, Any] = json.loads(write(load(draw(st.sampled_from(names())))))
    plain["data"] = {"source": draw(st.sampled_from(DATA))} if draw(st.booleans()) else plain["data"]
    for _time in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(list(places(plain))))
        other, another = draw(st.sampled_from(list(places(plain))))
        match draw(st.sampled_from(["other", "gone", "exchange", "number"])):
            case "other":
                container[key] = draw(garbage)
            case "gone" if isinstance(container, list) or key not in ("format", "version"):
                del container[key]
            case "exchange":
                container[key] = json.loads(json.dumps(other[another]))
            case "number" if isinstance(container[key], int):
                container[key] = draw(st.integers(-2, 100_000))
    return plain


@contextmanager
def guarded() -> Iterator[None]:
    """A hang, or memory that a check must not take, is a failure."""
    global slowest

    def give_up(_signal: int, _frame: object) -> None:
        raise AssertionError(f"no answer within {HANG} s")

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    old = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(HANG)
    start = time.process_time()
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, old)
    slowest = max(slowest, time.process_time() - start)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert grown < MOST_MEGABYTES, f"{grown} MB"


def mended(document: Document, report: Report) -> tuple[Document, Report]:
    """What the offered fixes make of a document, as far as they lead."""
    for _round in range(25):
        fix = next((problem.fix for problem in report.errors if problem.fix), None)
        if fix is None:
            break
        document = apply(document, *fix.edits)
        with guarded():
            report = check(document)
    return document, report


def learns(document: Document, report: Report) -> None:
    """The network is built, and gives an answer and gradients."""
    torch.manual_seed(0)
    model = build(document).train()
    given = model(*random_inputs(report, 3))
    outputs = given if isinstance(given, tuple) else (given,)
    assert all(one.shape[0] == 3 for one in outputs)
    for one, answer in zip(outputs, report.outputs, strict=True):
        sizes = zip(one.shape[1:], answer.target.shape, strict=True)
        assert all(wanted in (None, given) for given, wanted in sizes), (one.shape, answer.target)
    loss_of(report, given, random_answers(report, 3)).backward()  # type: ignore[no-untyped-call]
    assert any(p.grad is not None for p in model.parameters())


def of_ours(error: Error, *codes: str) -> None:
    """A refusal is one of the right kind."""
    assert error.code.startswith(codes), error


def survives(plain: dict[str, Any]) -> None:
    """Reading ends in a document or in our own error, and checking in a report that keeps its word."""
    try:
        document = from_json(plain)
    except Error as error:
        found["refused"] += 1
        of_ours(error, "G-", "L-")
        return
    with guarded():
        report = check(document)
        json.dumps(report.to_json())
    found["checked"] += 1
    try:
        document, report = mended(document, report)
    except Error as error:
        of_ours(error, "L-NODES", "L-SIZE")
        return
    found["ok" if report.ok else "not ok"] += 1
    found.update(p.code for p in report.problems)
    if report.ok and report.memory_bytes < BUILT_BYTES and report.flops < BUILT_FLOPS:
        note(write(document).decode())
        learns(document, report)
        found["learned"] += 1


def told() -> None:
    print(f"\nslowest check {slowest:.3f} s of processor time;", dict(found.most_common()))


@given(plain=documents())
@settings(SETTINGS, max_examples=SOME)
def test_any_document(plain: dict[str, Any]) -> None:
    survives(plain)


@given(plain=damaged())
@settings(SETTINGS, max_examples=SOME // 2)
def test_a_damaged_example(plain: dict[str, Any]) -> None:
    survives(plain)


@pytest.mark.slow
@given(plain=documents())
@settings(SETTINGS, max_examples=MANY)
def test_thousands_of_documents(plain: dict[str, Any]) -> None:
    survives(plain)


@pytest.mark.slow
@given(plain=damaged())
@settings(SETTINGS, max_examples=MANY // 2)
def test_thousands_of_damaged_examples(plain: dict[str, Any]) -> None:
    survives(plain)


def test_what_was_tried_was_worth_trying() -> None:
    """Of the documents above enough passed the check, and the fixes made enough of the others pass."""
    told()
    if found["checked"] >= SOME:
        assert found["learned"] >= found["checked"] // 5, found

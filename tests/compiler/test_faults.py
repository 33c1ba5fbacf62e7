"""Rows G01 to G16 of the list of faults: what goes wrong with graphs, and what people are told."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.compiler.check import check
from builder.compiler.model import build, from_source
from builder.compiler.source import source
from builder.core.errors import Error
from builder.core.settings import parameters
from builder.examples import load
from builder.graph.document import MOST_BYTES, Document, Edge, Graph, Node, from_json, read, write
from builder.graph.edit import apply
from builder.layers import LAYERS
from tests.compiler.broken import CLASSIFY, conv, join, linear
from tests.documents import assert_safe, chain, edited, random_input

FUZZ = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def raw() -> dict[str, Any]:
    """The example mnist-cnn as plain JSON, to be damaged."""
    plain = json.loads(write(load("mnist-cnn")))
    assert isinstance(plain, dict)
    return plain


def with_params(**params: Any) -> Document:
    return edited(load("mnist-cnn"), {"op": "set_params", "node": "conv1", "params": params})


@pytest.mark.parametrize("length", [2, 3, 40])
def test_g01_a_loop_is_shown_and_cut(length: int) -> None:
    """G01: a loop names its layers in order; the fix deletes one of its wires and no other."""
    document = chain(*["ReLU"] * length, *CLASSIFY)
    document = edited(document, {"op": "connect", "edge": {"source": f"relu{length}", "target": "relu1"}})
    [problem] = [p for p in check(document).errors if p.code == "G-CYCLE"]
    assert problem.message.endswith("form a loop. Delete one of the wires between them.")
    assert problem.message.count("relu") == min(length + 1, 6)
    assert problem.fix
    after = edited(document, *problem.fix.edits)
    assert set(document.graph.edges) - set(after.graph.edges) == {Edge(source=f"relu{length}", target="relu1")}
    assert check(after).ok


@pytest.mark.parametrize(
    ("type", "param", "value", "most"),
    [
        ("Linear", "out_features", 10**9, "1,000,000"),
        ("Conv2d", "out_channels", 10**6, "65,536"),
        ("LSTM", "num_layers", 65, "64"),
        ("Linear", "out_features", 10**30, "1,000,000"),
    ],
)
def test_g02_a_number_over_its_limit(type: str, param: str, value: int, most: str) -> None:
    """G02: the value and the limit are said, and the fix sets the limit."""
    [problem] = [p for p in check(chain((type, {param: value}))).errors if p.code == "G-RANGE"]
    assert problem.message == f'{type} "{problem.node}": {param} is {value:,}; the most is {most}.'
    assert problem.fix
    assert problem.fix.edits[0]["params"] == {param: int(most.replace(",", ""))}


MEMORY_OF_A_CHECK = """
import resource, sys
from builder.compiler.check import check
from tests.compiler.test_faults import G03, G04
from tests.documents import chain
check(chain("Flatten", ("Linear", {"out_features": 10})))
check(chain(("Conv2d", {}), "AdaptiveAvgPool2d", "Flatten"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for document in (G03, G04):
    print(check(document).errors[0])
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
G03 = chain("Flatten", ("Linear", {"out_features": 1_000_000}), ("Linear", {"out_features": 1_000_000}), linear(10))
G04 = edited(
    chain(conv(4096), "AdaptiveAvgPool2d", *CLASSIFY, data="mnist", size=1024),
    {"op": "set_recipe", "values": {"batch_size": 4096}},
)


def test_g03_g04_a_network_too_large_costs_nothing_to_refuse() -> None:
    """G03, G04: 1e12 weights, or activations of tens of terabytes, are refused within 50 MB."""
    done = subprocess.run([sys.executable, "-c", MEMORY_OF_A_CHECK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    weights, activations, megabytes = done.stdout.splitlines()
    assert weights.startswith("[L-PARAMS] This network needs about 16.0 TB; this machine allows ")
    assert weights.endswith('Largest: "linear2". Make it smaller.')
    assert activations.startswith("[L-MEM] Training needs about 70.4 TB at batch size 4,096; this machine allows ")
    assert int(megabytes) < 50


@pytest.mark.parametrize("spelling", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize(
    ("where", "node"),
    [
        ('{"graph": {"nodes": [{"id": "x", "type": "Dropout", "params": {"p": %s}}]}}', "x"),
        ('{"graph": {"nodes": [{"id": "x", "type": "Conv2d", "params": {"kernel_size": [3, %s]}}]}}', "x"),
        ('{"graph": {"nodes": [{"id": "x", "type": "Linear", "params": {"out_features": %s}}]}}', "x"),
        ('{"recipe": {"optimizer": {"type": "Adam", "lr": %s}}}', None),
        ('{"recipe": {"epochs": %s}}', None),
        ('{"data": {"source": "digits", "seed": %s}}', None),
    ],
)
def test_g05_numbers_that_are_none(spelling: str, where: str, node: str | None) -> None:
    """G05: NaN and the infinities, however spelled, are refused where they stand."""
    document = read(b'{"format": "netbuilder", "version": 1, ' + (where % spelling).encode()[1:])
    problems = [p for p in check(document).errors if p.code == "G-NUMBER"]
    assert [(p.node, p.message[-25:]) for p in problems] == [(node, " must be a normal number.")]
    assert check(read(write(document))).errors == check(document).errors


@pytest.mark.parametrize("spelling", ["NaN", "1e400"])
def test_g05_a_position_that_is_none(spelling: str) -> None:
    """G05: a layer is never placed nowhere."""
    node = f'{{"id": "x", "type": "ReLU", "position": [0, {spelling}]}}'
    content = f'{{"format": "netbuilder", "version": 1, "graph": {{"nodes": [{node}]}}}}'
    with pytest.raises(Error, match=r'\[G-FIELD\] "graph.nodes.0.position.*finite number'):
        read(content.encode())


@pytest.mark.parametrize(
    ("part", "item", "most"), [("nodes", {"id": "a", "type": "ReLU"}, "2,000"), ("edges", {}, "8,000")]
)
def test_g06_ten_thousand_nodes(part: str, item: dict[str, str], most: str) -> None:
    """G06: too many are refused before any of them is looked at."""
    document = {**raw(), "graph": {part: [item] * 10_000}}
    with pytest.raises(Error, match=rf"\[L-NODES\] 10,000 {part}; the most is {most}\."):
        from_json(document)


@pytest.mark.parametrize("type", ["__import__", "os.system", "nn.Linear", "Layer", "_Pool2d", "exec", "antigravity"])
def test_g07_an_unknown_type_imports_nothing(type: str) -> None:
    """G07: a type is a name in the catalogue or nothing."""
    before = set(sys.modules)
    [problem] = [p for p in check(chain(type, *CLASSIFY)).errors if p.code == "G-TYPE"]
    assert problem.message.startswith(f'"{type}" is not a known layer.')
    assert set(sys.modules) == before


@pytest.mark.parametrize("depth", [100, 200, 900, 3_000, 100_000])
@pytest.mark.parametrize(
    "where", ["%s", '{"graph": {"nodes": [{"id": "a", "type": "ReLU", "params": {"x": %s}}]}}', '{"data": %s}']
)
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_g08_json_nested_too_deeply(depth: int, where: str, opening: str, closing: str) -> None:
    """G08: however deep, the answer is a document whose problems are listed, or one error of ours."""
    nested = opening * depth + "1" + closing * depth
    content = where % nested if where == "%s" else '{"format": "netbuilder", "version": 1, ' + (where % nested)[1:]
    found = problems_of(content.encode())
    assert found
    assert all(len(text) <= 320 for text in found)
    if depth >= 3_000:
        assert found == ["[G-JSON] This file is not a valid project (too deeply nested)."]


def problems_of(content: bytes) -> list[str]:
    """What is said of a file, whether it can be read or not."""
    try:
        return [str(problem) for problem in check(read(content)).errors]
    except Error as error:
        return str(error).splitlines()


def test_g09_a_file_of_50_mb() -> None:
    """G09: refused by its size, before it is parsed."""
    with pytest.raises(Error, match=r"\[L-SIZE\] 50\.0 MB; the most is 5\.0 MB\."):
        read(b"[" * 50_000_000)
    with pytest.raises(Error, match=r"\[G-JSON\]"):
        read(b" " * MOST_BYTES)


def graph_of(*wires: tuple[str, str, str | None], extra: tuple[Node, ...] = ()) -> Document:
    document = chain(*CLASSIFY)
    more = tuple(Edge(source=a, target=b, input=port) for a, b, port in wires)
    graph = Graph(nodes=(*document.graph.nodes, *extra), edges=(*document.graph.edges, *more))
    return document.model_copy(update={"graph": graph})


@pytest.mark.parametrize(
    ("document", "node", "says"),
    [
        (graph_of(extra=(Node(id="linear1", type="ReLU"),)), "linear1", '2 layers are called "linear1"'),
        (graph_of(("linear1", "n9", None)), "linear1", '"n9" does not exist'),
        (graph_of(("n9", "linear1", None)), "linear1", '"n9" does not exist'),
        (graph_of(("n8", "n9", None)), None, '"n8" does not exist'),
        (graph_of(("flatten1", "flatten1", None)), "flatten1", '"flatten1" is wired to itself'),
        (graph_of(("input", "linear1", "x"), ("flatten1", "linear1", "x")), "linear1", "takes 1 input(s) and gets 3"),
        (graph_of(("input", "flatten1", None)), "flatten1", 'gets 2, from "input", "input"'),
    ],
)
def test_g10_ids_and_wires(document: Document, node: str | None, says: str) -> None:
    """G10: duplicate ids, wires to nowhere or to oneself, and two wires into one input, each with its node."""
    errors = check(document).errors
    assert any(p.code == "G-EDGE" and p.node == node and says in p.message for p in errors), [str(p) for p in errors]


@pytest.mark.parametrize(
    ("document", "code", "severity"),
    [
        (Document(data={"source": "digits"}), "G-NOIN", "error"),
        (Document(data={"source": "digits"}), "G-NOOUT", "error"),
        (edited(chain(*CLASSIFY), {"op": "remove", "nodes": ["output"]}), "G-NOOUT", "error"),
        (
            edited(chain(*CLASSIFY), {"op": "disconnect", "edge": {"source": "flatten1", "target": "linear1"}}),
            "G-INPUT",
            "error",
        ),
        (graph_of(("flatten1", "loose", None), extra=(Node(id="loose", type="ReLU"),)), "G-UNUSED", "warning"),
        (graph_of(extra=(Node(id="loose", type="ReLU"),)), "G-INPUT", "error"),
    ],
)
def test_g11_parts_that_are_not_connected(document: Document, code: str, severity: str) -> None:
    """G11: no input, no output, a gap or a loose end; only the loose end may stay."""
    report = check(document)
    assert (code, severity) in {(p.code, p.severity) for p in report.problems}
    assert report.ok == (severity == "warning")


def test_g11_what_is_unused_is_not_built() -> None:
    """G11: a loose end costs nothing in the source."""
    document = graph_of(("flatten1", "loose", None), extra=(Node(id="loose", type="Linear"),))
    assert source(document) == source(chain(*CLASSIFY))


@pytest.mark.parametrize(
    ("document", "a", "b"),
    [
        (join("Add", conv(4), conv(6)), "4x8x8", "6x8x8"),
        (join("Add", conv(4), conv(4, padding="valid")), "4x8x8", "4x6x6"),
        (join("Add", linear(4), linear(6), linear(4)), "4", "6"),
        (join("Concat", conv(4), conv(6, padding="valid")), "4x8x8", "6x6x6"),
        (join("Concat", conv(4), conv(6), dim=2), "4x8x8", "6x8x8"),
        (join("Multiply", conv(4), conv(6)), "4x8x8", "6x8x8"),
        (join("Subtract", conv(4), conv(6)), "4x8x8", "6x8x8"),
        (join("Average", linear(4), linear(6), linear(4)), "4", "6"),
        (join("Maximum", linear(4), linear(6)), "4", "6"),
        (join("Minimum", linear(4), linear(6)), "4", "6"),
        (join("Dot", linear(4), linear(6)), "4", "6"),
    ],
)
def test_g12_a_join_of_unequal_shapes(document: Document, a: str, b: str) -> None:
    """G12: both shapes are said, with the layers that they come from."""
    [problem] = check(document).problems
    assert (problem.code, problem.node) == ("G-SHAPE", "join")
    assert f'gets {a} from "branch0" and {b} from "branch1"; they ' in problem.message


def test_g12_matrices_that_cannot_be_multiplied() -> None:
    """G12: a product may have unequal sides, but not any; where turning one helps, that is offered."""
    [problem] = check(join("MatMul", conv(4, kernel_size=[1, 3], padding="valid"), conv(4))).errors
    assert (problem.code, problem.node, problem.fix) == ("G-SHAPE", "join", None)
    assert (
        '4x8x6 from "branch0" and 4x8x8 from "branch1": x1 has 6 columns and x2 has 8 rows; they must be equal'
        in problem.message
    )
    document = join("MatMul", *[conv(4, kernel_size=[1, 3], padding="valid")] * 2)
    [problem] = check(document).errors
    assert problem.fix
    assert problem.fix.label == "Set transpose to true"
    fixed = apply(document, *problem.fix.edits)
    assert str(check(fixed).nodes["join"].spec) == "4x8x8"


def test_g12_every_join_is_covered() -> None:
    """G12: a new join needs a case above."""
    assert {name for name, cls in LAYERS.items() if cls.family == "Join"} == {
        "Add", "Average", "Concat", "Dot", "MatMul", "Maximum", "Minimum", "Multiply", "Subtract",
    }  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
WRONG: dict[str, Any] = {
    "int": st.booleans() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2),
    "float": st.booleans() | st.text(max_size=5) | st.sampled_from([float("nan"), float("inf")]),
    "bool": st.integers() | st.floats() | st.text(max_size=5),
    "pair": st.booleans()
    | st.floats()
    | st.lists(st.integers(), min_size=3)
    | st.lists(st.booleans(), min_size=2, max_size=2),
    "ints": st.integers(max_value=-1)
    | st.text(max_size=5)
    | st.lists(st.booleans() | st.floats(), min_size=1, max_size=3),
    "choice": st.integers() | st.booleans() | st.lists(st.text(), max_size=2),
    "text": st.integers() | st.booleans() | st.lists(st.text(), max_size=2),
}
FIELDS = [(name, p) for name, cls in LAYERS.items() for p in parameters(cls)]


@given(data=st.data())
@settings(FUZZ, max_examples=500)
def test_g13_a_value_of_the_wrong_type(data: st.DataObject) -> None:
    """G13: no bool, text or float passes for a whole number, nor the other way round, in any parameter."""
    name, parameter = data.draw(st.sampled_from(FIELDS))
    value = data.draw(WRONG[parameter.kind], label=parameter.name)
    if parameter.choices and isinstance(value, str):
        value = "no such choice"
    report = check(chain((name, {parameter.name: value}), ends=False))
    found = [p for p in report.errors if p.param == parameter.name]
    assert found, (name, parameter.name, value)
    assert {p.code for p in found} <= {"G-FIELD", "G-NUMBER", "G-RANGE"}
    assert report.nodes[found[0].node or ""].layer is None


@given(
    key=st.sampled_from(["__class__", "__init__", "model_config", "family", "self"]) | st.text(min_size=1),
    value=json_values,
)
@FUZZ
def test_g13_a_key_that_is_not_known(key: str, value: Any) -> None:
    """G13: extra keys are refused in layers, data and recipe alike, and never become attributes."""
    document = chain(("ReLU", {key: value}), *CLASSIFY).model_copy(update={"recipe": {key: value}})
    if key not in ("epochs", "batch_size", "optimizer", "loss", "seed", "device"):
        assert {(p.code, p.node) for p in check(document).errors} == {("G-FIELD", "relu1"), ("G-FIELD", None)}
    with pytest.raises(Error, match=r"\[G-FIELD\]|\[G-JSON\]|\[G-VERSION\]"):
        from_json({**raw(), f"{key}?": value})


@pytest.mark.parametrize("version", [2, 5, 10**30])
def test_g14_a_document_of_a_newer_version(version: int) -> None:
    """G14: refused as it is, with the version and the way out."""
    with pytest.raises(Error, match=rf"\[G-VERSION\] Made by a newer version \({version}\)\. Update the app"):
        from_json({**raw(), "version": version, "layers": "in a form of the future"})


@pytest.mark.parametrize("version", [0, -1, "1", None, True, 1.0, [1]])
def test_g14_a_version_that_is_none(version: Any) -> None:
    """G14: what names no known version is refused too."""
    with pytest.raises(Error, match=r"\[G-VERSION\] Version .* is not known"):
        from_json({**raw(), "version": version})


WORDS = ["class", "train", "self", "torch", "nn", "forward", "x y", "x_y", "1", "", " ", "if", "match", "T_destination"]
WORDS += [
    '"""',
    "'''",
    "a\nimport os",
    "a\rb",
    "\\",
    "卷积",
    "conv\u202e1",
    "__init__",
    "parameters",
    "training",
]
names = st.sampled_from(WORDS) | st.text(st.characters(codec="utf-8"), max_size=30)
ids = names.filter(bool)


@given(title=names, named=st.lists(ids, min_size=5, max_size=5, unique=True))
@settings(FUZZ, max_examples=300)
def test_g15_names_never_become_code(title: str, named: list[str]) -> None:
    """G15: whatever layers and network are called, the source is safe and makes the same model."""
    plain = chain(("Conv2d", {"out_channels": 2}), "BatchNorm2d", "Flatten", linear(10), "Tanh")
    renames = dict(zip(["conv1", "batchnorm1", "flatten1", "linear1", "tanh1"], named, strict=True))
    new = {n.id: renames.get(n.id, n.id) for n in plain.graph.nodes}
    if len(set(new.values())) < len(new):
        return
    nodes = tuple(n.model_copy(update={"id": new[n.id]}) for n in plain.graph.nodes)
    wires = tuple(Edge(source=new[e.source], target=new[e.target]) for e in plain.graph.edges)
    document = plain.model_copy(update={"title": title, "graph": Graph(nodes=nodes, edges=wires)})
    text = source(document)
    assert_safe(text)
    assert same_output(build(plain), from_source(text))


@pytest.mark.parametrize("where", ['"title": %s', '"about": %s', '"data": {"source": %s}', '"recipe": {%s: 1}'])
def test_g15_half_a_surrogate_pair_is_no_text(where: str) -> None:
    """G15: text that could not be written to a file is refused when it is read."""
    content = '{"format": "netbuilder", "version": 1, ' + where % '"\\ud800"' + "}"
    with pytest.raises(Error, match=r"^\[G-FIELD\] .*Correct the file"):
        read(content.encode())


def same_output(one: torch.nn.Module, other: torch.nn.Module) -> bool:
    """Whether two models with the same weights, in the same order, answer alike."""
    other.load_state_dict(dict(zip(other.state_dict(), one.state_dict().values(), strict=True)))
    x = torch.ones(2, 1, 8, 8)
    with torch.no_grad():
        return torch.equal(one.eval()(x), other.eval()(x))


def mutations(document: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a JSON document with each of its keys."""
    items = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in items:
        yield document, key
        if isinstance(value, dict | list):
            yield from mutations(value)


@given(data=st.data())
@settings(FUZZ, max_examples=300)
def test_g16_a_document_damaged_anywhere(data: st.DataObject) -> None:
    """G16: up to three values replaced by anything at all; only our own error comes out, and most of it as problems."""
    document = raw()
    for _time in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(mutations(document))))
        container[key] = data.draw(json_values)
    assert_survives(json.dumps(document).encode())


any_params = st.dictionaries(st.sampled_from([p.name for _name, p in FIELDS]), json_values, max_size=3)
plain_node = st.fixed_dictionaries(
    {"id": names, "type": st.sampled_from([*LAYERS, "Nope"])},
    optional={"params": any_params, "disabled": st.booleans()},
)


def wired(nodes: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Graphs of such nodes with wires between any of them."""

    def wires(chosen: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
        ends = st.sampled_from([node["id"] for node in chosen] or ["a"])
        wire = st.fixed_dictionaries({"source": ends, "target": ends}, optional={"input": ends})
        return st.fixed_dictionaries({"nodes": st.just(chosen), "edges": st.lists(wire, max_size=8)})

    return st.lists(nodes, max_size=5).flatmap(wires)


block = st.fixed_dictionaries(
    {"id": names, "type": st.just("Block"), "graph": wired(plain_node)},
    optional={"disabled": st.booleans(), "params": st.fixed_dictionaries({"repeat": st.integers(-1, 101)})},
)
any_node = plain_node | block


@given(graph=wired(any_node), start=st.sampled_from(["digits", "reviews", "xor", "", None]))
@FUZZ
def test_g16_a_graph_of_anything(graph: dict[str, Any], start: str | None) -> None:
    """G16: random layers and blocks with random parameters and wires are checked without an exception."""
    document = {"format": "netbuilder", "version": 1, "data": {"source": start}, "graph": graph}
    assert_survives(json.dumps(document).encode())


@given(content=st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
@FUZZ
def test_g16_bytes_of_anything(content: bytes) -> None:
    """G16: what is no document is refused with a sentence."""
    with pytest.raises(Error, match=r"^\[G-JSON\] This file is not a valid project"):
        read(content)


def assert_survives(content: bytes) -> None:
    """Reading, checking, printing and building end well, or with our own error in its form."""
    said = problems_of(content)
    assert all(re.fullmatch(r"\[[A-Z]-[A-Z]+\] .{1,300}", line) for line in said), said
    try:
        document = read(content)
    except Error:
        return
    report = check(document)
    json.dumps(report.to_json())
    assert write(read(write(document))) == write(document)
    if report.ok:
        assert report.data is not None
        build(document)(random_input(report.data.inputs[0].spec, 2))
    else:
        with pytest.raises(Error, match=re.escape(said[0])):
            source(document)

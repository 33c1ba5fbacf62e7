"""layers, examples, check, source, data: what they print, and with which exit status they end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from builder.examples import load, names
from builder.graph.document import read, write
from builder.layers import LAYERS
from tests.cli.commands import Inside, environment, netbuilder
from tests.trained import TrainedRuns


def test_layers(workspace: Path) -> None:
    listed = netbuilder(workspace, "layers", "--json").json
    assert {layer["type"] for layer in listed} == set(LAYERS)
    assert {"family", "description", "shape", "params", "inputs"} <= listed[0].keys()


def test_layers_for_people(inside: Inside) -> None:
    done = inside("layers")
    assert (done.status, done.err) == (0, "")
    assert all(name in done.out for name in LAYERS)


def test_examples(workspace: Path, inside: Inside) -> None:
    listed = netbuilder(workspace, "examples", "--json").json
    assert [example["name"] for example in listed] == names()
    assert read(netbuilder(workspace, "examples", "digits-cnn").out.encode()) == load("digits-cnn")
    done = inside("examples", "digit-cnn")
    assert (done.status, done.out) == (1, "")
    assert 'Did you mean "digits-cnn"?' in done.err


def test_check(workspace: Path, inside: Inside) -> None:
    done = netbuilder(workspace, "check", "digits-cnn", "--json")
    assert done.status == 0
    sums = {"params", "trainable", "flops", "activation_bytes", "memory_bytes"}
    assert done.json.keys() == {"ok", "problems", "nodes", *sums}
    assert done.json["ok"] is True
    assert done.json["nodes"]["conv1"] == {
        "shape": [32, 8, 8],
        "params": 320,
        "trainable": 320,
        "flops": 2 * 32 * 8 * 8 * 9,  # a multiply-add is two
        "bytes": 32 * 8 * 8 * 4,
        "sees": [3, 3],
    }
    assert "conv1" in inside("check", "digits-cnn").out


def test_check_of_a_broken_network_lists_all_problems_and_ends_with_1(inside: Inside, tmp_path: Path) -> None:
    plain = json.loads(write(load("digits-cnn")))
    plain["graph"]["nodes"][1]["params"]["out_chanels"] = 3
    plain["graph"]["nodes"][-2]["params"]["out_features"] = 11
    plain["recipe"]["epochs"] = 0
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(plain))
    done = inside("check", str(file), "--json")
    assert done.status == 1
    assert done.json["ok"] is False
    found = {(problem["code"], problem["node"]) for problem in done.json["problems"]}
    assert {("G-FIELD", "conv1"), ("G-RANGE", None)} <= found
    assert all(problem.keys() >= {"code", "node", "message", "fix"} for problem in done.json["problems"])
    assert "[G-FIELD]" in done.err
    people = inside("check", str(file))
    assert (people.status, people.err) == (1, done.err)
    assert "epochs is 0; the least is 1.\n    Set epochs to 1\n" in people.err


def test_check_tells_every_way_to_mend_a_problem(inside: Inside, tmp_path: Path) -> None:
    plain = json.loads(write(load("digits-cnn")))
    plain["graph"]["edges"].append({"source": "relu1", "target": "flatten1"})
    plain["graph"]["nodes"] = [
        {**node, "type": "Add", "params": {}} if node["id"] == "flatten1" else node for node in plain["graph"]["nodes"]
    ]
    file = tmp_path / "join.json"
    file.write_text(json.dumps(plain))
    done = inside("check", str(file))
    assert 'Add "flatten1" gets 64x4x4 from "maxpool1" and 32x8x8 from "relu1"; they must be equal.' in done.err
    ways = done.err.split("must be equal.\n")[1].splitlines()[:2]
    assert ways == [
        '    Insert a 1x1 Conv2d with stride 2x2 and 64 channels behind "relu1"',
        '    or: Insert a ConvTranspose2d to 8x8 with 32 channels behind "maxpool1"',
    ]


def test_source_is_python_and_nothing_else(workspace: Path) -> None:
    done = netbuilder(workspace, "source", "sentiment-lstm")
    assert (done.status, done.err) == (0, "")
    compile(done.out, "network.py", "exec")
    assert "nn.LSTM" in done.out


def test_data(workspace: Path, inside: Inside) -> None:
    done = netbuilder(workspace, "data", "digits-cnn", "--json")
    assert (done.status, done.err) == (0, "")
    assert done.json["classes"] == list("0123456789")
    assert sum(part["count"] for part in done.json["parts"].values()) == 1797
    people = inside("data", "sentiment-lstm")
    assert people.status == 0
    assert "positive" in people.out


def test_a_file_of_ones_own(inside: Inside, tmp_path: Path) -> None:
    file = tmp_path / "my network.json"
    file.write_bytes(write(load("xor-mlp")))
    assert inside("check", str(file), "--json").json == inside("check", "xor-mlp", "--json").json


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "G-JSON"),
        (b"[" * 100_000, "G-JSON"),
        (b" " * 5_000_001, "L-SIZE"),
        (b'{"format": "netbuilder", "version": 99}', "G-VERSION"),
    ],
)
def test_files_that_are_no_network(inside: Inside, tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(content)
    done = inside("check", str(file))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"[{code}]")
    assert str(tmp_path) not in done.err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("mnist-cn", 'Did you mean "mnist-cnn"?'),
        ("MNIST-CNN", 'Did you mean "mnist-cnn"?'),
        ("qqqqqq", "netbuilder examples"),
        ("/nowhere/qqqq.json", '"qqqq.json"'),
        (".", "is a folder"),
    ],
)
def test_a_wrong_name(inside: Inside, given: str, words: str) -> None:
    done = inside("check", given)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("[P-NONE]")
    assert words in done.err
    assert "/nowhere" not in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["chek"],
        ["check"],
        ["check", "digits-cnn", "--jsn"],
        ["export", "run", "--to", "onxx", "--out", "x"],
        ["evaluate", "run", "--split", "tset"],
        ["predict", "run"],
        ["predict", "run", "a.png", "--text", "b"],
        ["train", "digits-cnn", "--set", "recipe.epochs"],
        ["train", "digits-cnn", "--set", "graph.nodes.conv9.params.p=1"],
        ["train", "digits-cnn", "--set", "title.x=1"],
    ],
)
def test_wrong_usage_ends_with_2(inside: Inside, arguments: list[str]) -> None:
    done = inside(*arguments)
    assert done.status == 2
    assert "Usage" in done.out + done.err


ASKED = [
    ["--help"],
    ["layers"],
    ["examples"],
    ["examples", "xor-mlp"],
    ["runs"],
    ["show", "Digits CNN 0"],
    ["train", "--help"],
]


@pytest.mark.parametrize("arguments", ASKED, ids=" ".join)
def test_looking_needs_no_torch(trained: TrainedRuns, arguments: list[str]) -> None:
    program = """
import sys
from builder.cli import main
try:
    main()
finally:
    assert "torch" not in sys.modules
    assert "sklearn" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment(trained.home),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_markup_and_control_characters_of_a_user_are_shown_as_text(inside: Inside, tmp_path: Path) -> None:
    plain = json.loads(write(load("xor-mlp")))
    for node in plain["graph"]["nodes"]:
        node["id"] = node["id"].replace("linear1", "[red]x[/red]\x1b[31m")
    for edge in plain["graph"]["edges"]:
        edge.update({end: edge[end].replace("linear1", "[red]x[/red]\x1b[31m") for end in ("source", "target")})
    file = tmp_path / "marked.json"
    file.write_text(json.dumps(plain))
    done = inside("check", str(file))
    assert done.status == 0
    assert "[red]x[/red]\N{REPLACEMENT CHARACTER}[31m" in done.out
    assert "\x1b" not in done.out + done.err


def test_what_nobody_expected_is_logged_under_a_reference(
    inside: Inside, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall(*_arguments: object) -> None:
        raise ZeroDivisionError("secret /private/path")

    monkeypatch.setattr("builder.cli.networks.describe_layer", fall)
    done = inside("layers", "--json")
    assert (done.status, done.out) == (1, "")
    assert "[X-INTERNAL] Something went wrong on our side." in done.err
    assert "secret" not in done.err
    [log] = (workspace / "logs").iterdir()
    assert log.stem in done.err
    assert "ZeroDivisionError: secret /private/path" in log.read_text()

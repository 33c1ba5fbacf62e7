"""`netbuilder import`: what it writes, prints and refuses."""

from pathlib import Path

import pytest
import safetensors.torch

from builder.compiler.model import build
from builder.examples import load
from builder.graph.document import read
from tests.cli.commands import Inside, netbuilder
from tests.importing.keras_texts import conv, dense, layer3, sequential3

TEXT = sequential3(
    layer3("Conv2D", "conv2d", **conv(8, activation="relu")),
    layer3("Flatten", "flatten"),
    layer3("Dense", "dense", **dense(10, activation="softmax")),
)


@pytest.fixture
def inside(workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    return Inside(workspace, monkeypatch, capsys)


def test_a_classifier_is_written_and_checked(inside: Inside, tmp_path: Path) -> None:
    done = inside("import", "torchvision:resnet18", "--out", str(tmp_path / "r.json"), "--json")
    assert done.status == 0
    assert done.json["params"] == 11_689_512
    assert done.json["weights"] is None
    assert [problem["code"] for problem in done.json["problems"]] == ["G-CLASSES"]
    document = read((tmp_path / "r.json").read_bytes())
    assert document.title == "resnet18"
    again = inside("import", "torchvision:resnet18", "--out", str(tmp_path / "r.json"))
    assert (again.status, "[P-EXISTS]" in again.err) == (1, True)


def test_a_keras_text_is_written_and_passes_its_check(tmp_path: Path) -> None:
    (tmp_path / "keras.json").write_bytes(TEXT)
    home = tmp_path / "home"
    done = netbuilder(home, "import", "keras.json", "--out", "net.json", cwd=tmp_path)
    assert (done.status, done.out.count("Written to net.json.")) == (0, 1)
    assert netbuilder(home, "check", "net.json", cwd=tmp_path).status == 0


def test_weights_go_into_a_network(inside: Inside, tmp_path: Path) -> None:
    file, out = tmp_path / "w.safetensors", tmp_path / "with.json"
    safetensors.torch.save_file(build(load("digits-cnn")).state_dict(), file)
    done = inside("import", str(file), "--into", "digits-cnn", "--out", str(out), "--json")
    assert (done.status, done.json["ok"]) == (0, True)
    assert read(out.read_bytes()).recipe["weights"] == done.json["weights"]
    lost = inside("import", str(file), "--into", "mnist-cnn", "--out", str(tmp_path / "no.json"))
    assert (lost.status, "[M-SHAPE]" in lost.err) == (1, True)
    assert not (tmp_path / "no.json").exists()


def test_what_is_refused_says_why_on_standard_error(inside: Inside, tmp_path: Path) -> None:
    (tmp_path / "m.pt").write_bytes(b"\x80\x04.")
    out = ("--out", str(tmp_path / "no.json"))
    for what, said in (
        (str(tmp_path / "m.pt"), "[M-UNSAFE]"),
        ("torchvision:resnet", "[P-NONE]"),
        ("torchvision:vit_b_16", '"MultiheadAttention" cannot be imported'),
        (str(tmp_path / "none.json"), "[P-NONE]"),
    ):
        done = inside("import", what, *out)
        assert (done.status, done.out) == (1, "")
        assert said in done.err
    assert len(inside("import", "torchvision:swin_b", *out).err.splitlines()) == 21  # twenty, and how many more
    assert inside("import", "torchvision:resnet18", "--into", "digits-cnn", *out).status == 2
    assert not (tmp_path / "no.json").exists()

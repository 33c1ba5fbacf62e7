"""Weights that a backbone begins with: where they come from, what is refused, and that what is frozen stays so."""

import functools
import hashlib
import http.server
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torchvision import models

from builder.compiler.model import build
from builder.core.errors import Error
from builder.evaluation.trained import Trained
from builder.export.project import files
from builder.graph.document import Document, write
from builder.runs.folder import RunFolder
from builder.runs.store import Store
from builder.training import loop, pretrained, supervisor
from builder.training.attempt import Attempt
from builder.training.failures import Stopped
from tests.documents import chain
from tests.trained import finish, stop_all
from tests.training.networks import prepared, recipe

HEAD = ("Linear", {"out_features": 10})


def network(**backbone: Any) -> Document:
    """Real digits, in colour and large enough, in front of a network of torchvision's."""
    settings = {"model": "mobilenet_v3_small"} | backbone
    document = chain(("Backbone", settings), HEAD, mode="colour", size=32, normalise="imagenet", limit=60)
    return document.model_copy(update={"recipe": {"epochs": 1, "batch_size": 16, "device": "cpu"}})


def trained_step(document: Document) -> tuple[torch.nn.Module, dict[str, torch.Tensor]]:
    """A network after an epoch, and its weights before."""
    model, state = loop.start(document, recipe(document))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    for _event in loop.train(model, prepared(document), recipe(document), state):
        pass
    return model, before


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as torchvision's: all weights of a network, the digits of its own hash in its name."""
    torch.manual_seed(7)
    return saved(tmp_path_factory.mktemp("published"), models.mobilenet_v3_small().state_dict())


def saved(folder: Path, content: Any) -> Path:
    path = folder / "new.pth"
    torch.save(content, path)
    return path.rename(folder / f"small-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth")


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which torch.hub keeps weights."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture
def served(weights: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[http.server.ThreadingHTTPServer]:
    """A real server that has the file, and nowhere else to get it from."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args: Any) -> None:
            """Tests print enough."""

    handler = functools.partial(Quiet, directory=str(weights.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        running.handle_error = lambda *_connection: None  # type: ignore[method-assign]  # who gives up hangs up
        threading.Thread(target=running.serve_forever, daemon=True).start()
        from_here(monkeypatch, f"http://127.0.0.1:{running.server_port}/{weights.name}")
        yield running
        running.shutdown()


def from_here(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(pretrained, "address", lambda _name: url)


def nowhere(monkeypatch: pytest.MonkeyPatch, weights: Path) -> None:
    """No network: nothing listens at port 9."""
    from_here(monkeypatch, f"http://127.0.0.1:9/{weights.name}")


def put(hub: Path, weights: Path, content: bytes | None = None) -> Path:
    hub.mkdir(parents=True)
    path = hub / weights.name
    path.write_bytes(weights.read_bytes() if content is None else content)
    return path


def assert_begun(model: torch.nn.Module, weights: Path) -> None:
    """The backbone holds what the file holds."""
    given = torch.load(weights, weights_only=True)
    assert all(torch.equal(tensor, given[name]) for name, tensor in model.backbone1.state_dict().items())


def test_every_network_has_an_address_with_a_hash() -> None:
    for name in ("resnet18", "resnet50", "mobilenet_v3_large", "efficientnet_b0", "convnext_tiny", "vit_b_16"):
        assert pretrained.address(name).startswith("https://download.pytorch.org/models/")


def test_weights_on_this_machine_are_taken(hub: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere(monkeypatch, weights)
    put(hub, weights)
    model, _state = loop.start(network(), recipe(network()))
    assert_begun(model, weights)


def test_without_network_and_weights_the_way_out_is_named(
    hub: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere(monkeypatch, weights)
    with pytest.raises(Error, match="are not on this machine and could not be downloaded") as failed:
        loop.start(network(), recipe(network()))
    assert failed.value.code == "P-NONE"
    assert f'Put the file "{weights.name}" into the folder "hub/checkpoints" of TORCH_HOME' in str(failed.value)
    assert "set weights of the Backbone to none" in str(failed.value)
    assert not list(hub.iterdir())
    loop.start(network(weights="none"), recipe(network()))  # as the sentence says


def test_weights_are_fetched_with_progress_and_kept(hub: Path, weights: Path, served: object) -> None:
    told: list[tuple[float, str]] = []
    model, _state = loop.start(network(), recipe(network()), lambda share, doing: told.append((share, doing)))
    assert_begun(model, weights)
    assert [path.name for path in hub.iterdir()] == [weights.name]
    shares = [share for share, _doing in told]
    assert len(shares) > 5
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert weights.name in told[0][1]
    told.clear()
    loop.start(network(), recipe(network()), lambda share, doing: told.append((share, doing)))
    assert told == []  # the second time it lies there


def test_a_download_that_is_given_up_leaves_nothing(hub: Path, served: object) -> None:
    def stop(share: float, _doing: str) -> None:
        if share > 0.3:
            raise Stopped

    with pytest.raises(Stopped):
        loop.start(network(), recipe(network()), stop)
    assert list(hub.iterdir()) == []


def test_half_a_file_never_counts(hub: Path, weights: Path, served: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed download or somebody else's copy left is fetched again; without a network that is said."""
    damaged = put(hub, weights, weights.read_bytes()[:100_000])
    with monkeypatch.context() as offline:
        nowhere(offline, weights)
        with pytest.raises(Error, match="are damaged and could not be downloaded"):
            loop.start(network(), recipe(network()))
    (hub / f".{weights.name}.1.part").write_bytes(b"half")  # of a download that another process has under way
    model, _state = loop.start(network(), recipe(network()))
    assert_begun(model, weights)
    assert damaged.read_bytes() == weights.read_bytes()


def test_a_wrong_file_on_the_server_is_refused(
    hub: Path, weights: Path, served: http.server.ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = weights.with_name("small-00000000.pth")
    other.write_bytes(weights.read_bytes())
    from_here(monkeypatch, f"http://127.0.0.1:{served.server_port}/{other.name}")
    with pytest.raises(Error, match="the file on the server is not the right one"):
        loop.start(network(), recipe(network()))
    assert list(hub.iterdir()) == []


class Bomb:
    """What would run when it is unpickled."""

    def __reduce__(self) -> Any:
        return (print, ("boom",))


def test_a_file_that_could_run_code_is_not_opened(
    hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bomb = saved(tmp_path, {"features": Bomb()})
    nowhere(monkeypatch, bomb)
    put(hub, bomb)
    with pytest.raises(Error, match="so it was not opened") as failed:
        loop.start(network(), recipe(network()))
    assert failed.value.code == "M-UNSAFE"
    assert "boom" not in capsys.readouterr().out


def test_weights_of_another_network_are_refused(hub: Path, weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere(monkeypatch, weights)
    put(hub, weights)
    with pytest.raises(Error, match=r'hold nothing for "conv1\.weight"; this network needs 64x3x7x7'):
        loop.start(network(model="resnet18"), recipe(network()))


def test_only_what_stands_behind_a_frozen_network_learns() -> None:
    model, before = trained_step(network(model="resnet18", weights="none"))
    after = model.state_dict()
    assert all(weight.grad is None for weight in model.backbone1.parameters())  # nothing was computed for them
    same = {name: torch.equal(tensor, after[name]) for name, tensor in before.items()}
    assert all(kept for name, kept in same.items() if name.startswith("backbone1."))  # statistics of batches too
    assert not any(kept for name, kept in same.items() if name.startswith("linear1."))


def test_what_is_not_frozen_learns_all_over() -> None:
    model, before = trained_step(network(weights="none", frozen=False))
    after = model.state_dict()
    assert not torch.equal(before["backbone1.features.0.0.weight"], after["backbone1.features.0.0.weight"])
    assert not torch.equal(before["backbone1.features.0.1.running_mean"], after["backbone1.features.0.1.running_mean"])


def test_a_run_needs_the_weights_once(
    workspace: Path, hub: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its checkpoints hold everything: it goes on and is used where the file is gone."""
    nowhere(monkeypatch, weights)
    file = put(hub, weights)
    store, document = Store(workspace), network()
    run = store.create(document, "eyes")
    folder = RunFolder(store.home, run.id)
    folder.make(write(document))
    folder.take()
    store.transition(run.id, "starting", "running")
    Attempt(store, folder).run()
    file.unlink()
    assert_begun(Trained.of(store, run.id).model, weights)
    Attempt(store, folder).run()  # as after Resume: there is nothing left to do, and no weights are asked for
    store.close()


def test_a_model_alone_is_built_without_weights(hub: Path) -> None:
    build(network())
    assert not hub.exists()


def test_a_worker_without_network_says_what_is_missing(
    workspace: Path, hub: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the process that trains, at torchvision's own address, with nothing to answer there."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    store = Store(workspace)
    run = supervisor.start(store, network(), "eyes")
    ended = supervisor.wait(store, run.id, 120)
    assert ended.status == "failed"
    assert ended.problem is not None
    assert str(ended.problem).startswith("[P-NONE] The weights of mobilenet_v3_small are not on this machine")
    assert "mobilenet_v3_small-047dcff4.pth" in str(ended.problem)
    assert len(str(ended.problem)) <= 300
    stop_all(store)


def test_a_trained_backbone_is_used_and_exported_alone(workspace: Path, tmp_path: Path) -> None:
    store = Store(workspace)
    [run] = finish(store, network(weights="none", frozen=False))
    trained = Trained.of(store, run.id)
    written = files(trained)
    assert b"torchvision" in written["requirements.txt"]
    (tmp_path / "network.py").write_bytes(written["network.py"])
    (tmp_path / "model.safetensors").write_bytes(safetensors.torch.save(trained.weights()))
    code = """
import safetensors.torch, sys, torch
from network import Network
network = Network().eval()
network.load_state_dict(safetensors.torch.load_file("model.safetensors"))
torch.manual_seed(0)
assert not any(name.split(".")[0] == "builder" for name in sys.modules)
print(network(torch.randn(2, 3, 32, 32)).double().sum().item())
"""
    alone = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    torch.manual_seed(0)
    assert float(alone.stdout) == pytest.approx(
        trained.model(torch.randn(2, 3, 32, 32)).double().sum().item(), abs=1e-5
    )
    stop_all(store)

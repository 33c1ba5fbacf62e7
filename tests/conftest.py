"""What tests share: a workspace of their own, and the folder of real data."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.trained import TrainedRuns, train_two

ROOT = Path(__file__).parent.parent


class OneBrowser(LoadFileScheduling):
    """With `-n 2` one process drives the browser, while the other runs everything else, a file after the other."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    config.option.loadscopereorder = False  # the browser takes longest, so it begins at once
    return OneBrowser(config, log)


def _datasets() -> Path | None:
    """`NETBUILDER_DATASETS`, or a folder that lies beside the repository."""
    named = os.environ.get("NETBUILDER_DATASETS", "").split(os.pathsep)[0]
    found = Path(named) if named else ROOT.parent / "shared" / "data"
    return found.resolve() if found.is_dir() else None


@pytest.fixture(scope="session")
def real_data() -> Path | None:
    """The folder of real data, or None."""
    return _datasets()


@pytest.fixture(scope="session")
def datasets(real_data: Path | None) -> Path:
    """The folder of real data; skips where there is none."""
    if real_data is None:
        pytest.skip("no real data: set NETBUILDER_DATASETS to a folder with MNIST, FashionMNIST, sst2 and so on")
    return real_data


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, real_data: Path | None) -> Path:
    """A fresh workspace for each test; data sets are looked for in the real folder only."""
    path = tmp_path / "home"
    monkeypatch.setenv("NETBUILDER_HOME", str(path))
    monkeypatch.setenv("NETBUILDER_LANG", "en")
    if real_data is None:
        monkeypatch.delenv("NETBUILDER_DATASETS", raising=False)
    else:
        monkeypatch.setenv("NETBUILDER_DATASETS", str(real_data))
    return path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrainedRuns]:
    """A workspace of its own with finished runs; tests read it and leave it as it is."""
    yield from train_two(tmp_path_factory.mktemp("trained"))

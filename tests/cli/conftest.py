from pathlib import Path

import pytest

from tests.cli.commands import Inside
from tests.trained import TrainedRuns


@pytest.fixture
def inside(workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    """Commands in an empty workspace."""
    return Inside(workspace, monkeypatch, capsys)


@pytest.fixture
def used(trained: TrainedRuns, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    """Commands in the workspace with finished runs."""
    return Inside(trained.home, monkeypatch, capsys)

"""The command line as a process of its own, and inside the test's process where starting one would only cost time."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builder.cli import main

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.out)


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "NETBUILDER_HOME": str(home), "PYTHONPATH": str(ROOT)}


def netbuilder(home: Path, *arguments: str, cwd: Path | None = None) -> Done:
    """Run a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "builder", *arguments],
        env=environment(home),
        cwd=cwd or home.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class Inside:
    """Runs commands in this process."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        patch.setenv("NETBUILDER_HOME", str(home))
        self._patch, self._capsys = patch, capsys

    def __call__(self, *arguments: str) -> Done:
        self._patch.setattr(sys, "argv", ["netbuilder", *arguments])
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self._capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

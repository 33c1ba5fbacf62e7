"""The browser's own document rules as a process: the TypeScript bundled, and run by node."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
FRONTEND = HERE.parents[1] / "builder" / "canvas" / "frontend"


class Browser:
    """A node process that holds one history and plays changes on it."""

    def __init__(self, folder: Path) -> None:
        bundle = folder / "parity.mjs"
        command = [str(_rolldown()), str(HERE / "parity.mjs"), "--file", str(bundle), "--platform", "node"]
        subprocess.run([*command, "--format", "esm"], check=True, capture_output=True, text=True)
        self._process = subprocess.Popen(
            ["node", str(bundle)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def play(self, changes: list[dict[str, Any]], document: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """What each change leads to: document, undo, redo, code; from `document` on where one is given."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"document": document, "changes": changes}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the browser's rules failed on {changes[-1:]}"
        answer: list[dict[str, Any]] = json.loads(line)
        return answer

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def _rolldown() -> Path:
    rolldown = FRONTEND / "node_modules" / ".bin" / "rolldown"
    if shutil.which("node") is None or not rolldown.exists():
        reason = "node or builder/canvas/frontend/node_modules is absent: install Node 20 and run npm ci there"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return rolldown

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
        answer: list[dict[str, Any]] = self._ask({"document": document, "changes": changes})
        return answer

    def fitted(self, template: dict[str, Any], entering: dict[str, Any] | None) -> dict[str, Any]:
        """The graph of a block of the palette in the sizes of what enters it."""
        answer: dict[str, Any] = self._ask({"template": template, "entering": entering})
        return answer

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"the browser's rules failed on {question}"
        return json.loads(line)

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

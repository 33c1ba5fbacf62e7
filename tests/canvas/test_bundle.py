"""The built component: it is what its sources make, is small, and gets every word and every layer from Python."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from builder.canvas.words import WORDS
from builder.layers import LAYERS

CANVAS = Path(__file__).parents[2] / "builder" / "canvas"
SOURCES = {
    path.relative_to(CANVAS).as_posix(): path.read_text("utf-8")
    for path in sorted((CANVAS / "frontend" / "src").rglob("*.ts*"))
    if ".test." not in path.name and path.name not in ("sample.ts", "world.ts")  # which only tests import
}
MOST_BYTES = 200_000
KINDS = {"Input", "Output", "Block"}  # which the format of documents itself knows


def bundle() -> Path:
    (found,) = (CANVAS / "static").glob("index-*.js")  # the pattern must match one file
    return found


def test_the_bundle_is_what_the_sources_build() -> None:
    if not shutil.which("npm") or not (CANVAS / "frontend" / "node_modules").is_dir():
        pytest.skip("needs npm ci in builder/canvas/frontend")
    done = subprocess.run(["npm", "run", "check"], cwd=CANVAS / "frontend", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_bundle_is_small() -> None:
    assert len(gzip.compress(bundle().read_bytes(), 6)) <= MOST_BYTES


def test_the_lock_file_names_no_host() -> None:
    assert '"resolved"' not in (CANVAS / "frontend" / "package-lock.json").read_text("utf-8")


def test_every_word_of_the_canvas_comes_from_python() -> None:
    asked = {key for text in SOURCES.values() for key in re.findall(r'\bt\("([^"]+)"', text)}
    assert len(asked) > 100
    assert asked - set(WORDS) == set()


@pytest.mark.parametrize("type", sorted(set(LAYERS) - KINDS))
def test_no_typescript_names_a_layer(type: str) -> None:
    assert [name for name, text in SOURCES.items() if re.search(rf"[\"']{type}[\"']", text)] == []

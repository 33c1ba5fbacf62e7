"""The built component: it is the one that the sources make, and Python gives it every word it says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.core.errors import Error
from builder.live import labels, live
from builder.runs.store import Store

LIVE = Path(__file__).parents[2] / "builder" / "live"


def test_one_bundle_is_there_for_the_pattern() -> None:
    assert len(list((LIVE / "static").glob("index-*.js"))) == 1


def test_the_bundle_is_what_the_sources_build() -> None:
    if not shutil.which("npm") or not (LIVE / "frontend" / "node_modules").is_dir():
        pytest.skip("needs npm ci in builder/live/frontend")
    done = subprocess.run(["npm", "run", "check"], cwd=LIVE / "frontend", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_lock_file_names_no_host() -> None:
    assert '"resolved"' not in (LIVE / "frontend" / "package-lock.json").read_text()


def test_every_label_of_the_component_comes_from_python() -> None:
    declared = (LIVE / "frontend" / "src" / "messages.ts").read_text().split("export interface Labels {")[1]
    assert re.findall(r"^  (\w+):", declared, re.M) == list(labels())


def test_a_page_shows_the_run_that_it_names(monkeypatch: pytest.MonkeyPatch, store: Store, run: str) -> None:
    monkeypatch.setenv("NETBUILDER_HOME", str(store.home))
    page = AppTest.from_string(f"from builder.live import live\nlive({run!r}, key='live')").run()
    assert not page.exception
    (mounted,) = page.get("bidi_component")
    assert mounted.proto.component_name == "builder.live"
    assert run in mounted.proto.json


def test_an_unknown_run_is_said_before_anything_is_drawn(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    monkeypatch.setenv("NETBUILDER_HOME", str(store.home))
    with pytest.raises(Error, match="No such run"):
        live("nothing", key="live")

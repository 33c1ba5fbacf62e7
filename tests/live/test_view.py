"""The live view in a real browser: points arrive, and nothing that a person did to the charts is lost."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from builder.core.errors import Problem
from builder.runs.store import Row, Store
from tests.browser.chromium import launch_or_skip

APP = """
import streamlit as st
from builder.live.guard import middleware
from builder.live.routes import routes

app = st.App("page.py", routes=routes(), middleware=middleware())
"""
PAGE = """
import streamlit as st
from builder.live import live

def told():
    st.session_state.told = st.session_state.live.status

live(st.query_params["run"], key="live", on_status=told)
st.write("told:", st.session_state.get("told", "nothing"))
"""
X = "() => document.querySelector('.builder-live .js-plotly-plot').data[0].x"
RANGE = "() => [...document.querySelector('.builder-live .js-plotly-plot')._fullLayout.xaxis.range]"
INK = "() => document.querySelector('.builder-live .js-plotly-plot')._fullLayout.font.color"


class Server:
    """A Streamlit server on one port, which can be killed and started again."""

    def __init__(self, home: Path) -> None:
        (home / "app.py").write_text(APP)
        (home / "page.py").write_text(PAGE)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.home = home
        self.url = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        options = ("address=127.0.0.1", f"port={self.port}", "headless=true", "fileWatcherType=none")
        command = [sys.executable, "-m", "streamlit", "run", "app.py", *(f"--server.{option}" for option in options)]
        environment = {**os.environ, "NETBUILDER_HOME": str(self.home)}
        null = subprocess.DEVNULL
        self.process = subprocess.Popen(
            [*command, "--browser.gatherUsageStats=false"], cwd=self.home, env=environment, stdout=null
        )
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1)
            except OSError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("the server did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("live"))
    yield server
    server.kill()


@pytest.fixture
def store(server: Server) -> Iterator[Store]:
    store = Store(server.home)
    yield store
    store.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch_or_skip(playwright)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: Server, run: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(20_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server.url}/?run={run}")
    expect(page.locator(".builder-live")).to_be_visible(timeout=20_000)
    yield page
    context.close()
    assert not errors


def rows(first: int, last: int) -> list[Row]:
    train = [("train_loss", step, 1 + step // 100, 1 / step) for step in range(first, last + 1)]
    return [*train, *(("train_accuracy", step, epoch, 1 - value) for _, step, epoch, value in train)]


def wait_for_step(page: Page, step: int) -> Any:
    page.wait_for_function(f"step => ({X})().at(-1) === step", arg=step)
    return page.evaluate(X)


def test_the_empty_view_says_what_it_waits_for(page: Page, store: Store, run: str) -> None:
    store.record(run, [], phase="Reading digits")
    expect(page.get_by_role("status")).to_contain_text("Training: Reading digits")
    expect(page.locator(".live-empty")).to_have_text("Waiting for the first step…")
    store.record(run, rows(1, 3), phase="", step=3)
    expect(page.locator(".live-empty")).to_be_hidden()


def test_points_arrive_and_zoom_legend_and_charts_stay(page: Page, store: Store, run: str) -> None:
    store.record(run, rows(1, 200), step=200, epoch=2)
    wait_for_step(page, 200)
    page.evaluate("() => { document.querySelector('.js-plotly-plot').kept = true }")
    plot = page.locator(".live-plot .nsewdrag[data-subplot=xy]").first
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 220, box["y"] + 102, steps=5)
    page.mouse.up()
    page.wait_for_function(f"() => ({RANGE})()[0] > 1")
    zoomed = page.evaluate(RANGE)
    key = page.get_by_role("button", name=re.compile("^Validation")).first
    key.click()
    store.record(run, rows(201, 300), step=300, epoch=3)
    assert wait_for_step(page, 300) == list(range(1, 301))
    assert page.evaluate(RANGE) == zoomed
    assert page.evaluate("() => document.querySelector('.js-plotly-plot').kept")
    expect(key).to_have_attribute("aria-pressed", "false")
    bar = page.get_by_role("progressbar", name="Progress of the training")
    expect(bar).to_have_attribute("aria-valuetext", "Epoch 4 of 10, step 300 of 1,000")


def test_a_resumed_run_loses_what_came_after_its_checkpoint(page: Page, store: Store, run: str) -> None:
    store.record(run, rows(1, 50))
    wait_for_step(page, 50)
    store.forget_after(run, 20)
    store.record(run, rows(21, 23))
    assert wait_for_step(page, 23) == list(range(1, 24))


def test_a_change_of_status_reaches_python(page: Page, store: Store, run: str) -> None:
    expect(page.get_by_text("told: nothing")).to_be_visible()
    store.transition(run, "running", "paused")
    expect(page.get_by_text("told: paused")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("Paused")


def test_a_problem_is_shown_as_text(page: Page, store: Store, run: str) -> None:
    bad = '<img src=x onerror="window.pwned=1"> became NaN'
    store.transition(run, "running", "failed", problem=Problem("R-NAN", bad))
    expect(page.locator(".live-problem")).to_have_text(f"[R-NAN] {bad}")
    assert page.evaluate("() => window.pwned") is None


def test_the_colours_follow_the_theme_without_a_new_chart(page: Page, store: Store, run: str) -> None:
    store.record(run, rows(1, 5))
    wait_for_step(page, 5)
    page.evaluate("() => { document.querySelector('.js-plotly-plot').kept = true }")
    light = page.evaluate(INK)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"light => ({INK})() !== light", arg=light)
    assert page.evaluate("() => document.querySelector('.js-plotly-plot').kept")


def test_a_killed_server_is_waited_for_and_nothing_is_lost(page: Page, server: Server, store: Store, run: str) -> None:
    store.record(run, rows(1, 40))
    wait_for_step(page, 40)
    page.evaluate("() => { document.querySelector('.js-plotly-plot').kept = true }")
    server.kill()
    expect(page.get_by_text("Connection lost, trying again…")).to_be_visible()
    store.record(run, rows(41, 60))
    server.start()
    assert wait_for_step(page, 60) == list(range(1, 61))
    expect(page.get_by_text("Connection lost, trying again…")).to_be_hidden()
    assert page.evaluate("() => document.querySelector('.js-plotly-plot').kept")

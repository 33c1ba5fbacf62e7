"""How long a person waits: the app's start, the first point of a training, the first answer, pages and edits.

    python -m benchmarks.bench_app

Everything is measured in a real Chromium against `streamlit run app.py` over an empty workspace. A start is measured
beside that of a Streamlit script of one line in the same run; their ratio says what netbuilder adds. Aims: 2.5 s for
the first page, 6 clicks and 90 s for a first visitor's first answer.
"""

import re
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect, sync_playwright

from builder.training.supervisor import WARM_AFTER
from tests.browser.acts import clicks, draw, expect_status, fill, go, part, row, setting, settle, shape, wait_for_step
from tests.browser.chromium import launch
from tests.browser.conftest import COUNT_CLICKS
from tests.browser.server import Server
from tests.trained import example

STARTS = 5
SWITCHES = 30
EDITS = 40
TRAININGS = 3
STROKE = [(0.5, 0.15), (0.5, 0.85)]
PEER = 'import streamlit as st\n\nst.button("Open")\n'
PAGES = {"Gallery": "Start from a network", "Build": "Layer", "Train": "Recipe", "Runs": "No runs yet", "Data": "Data"}


@contextmanager
def workspace(script: str = "app.py") -> Iterator[Server]:
    """A server over an empty workspace."""
    home = Path(tempfile.mkdtemp(prefix="bench-app-"))
    server = Server(home)
    try:
        yield server.start(script)
    finally:
        server.stop()
        shutil.rmtree(home)


def visitor(browser: Browser, server: Server) -> Page:
    """A browser that was never here, in a window of common size."""
    context = browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    context.add_init_script(COUNT_CLICKS)
    return context.new_page()


def start(browser: Browser, script: str) -> float:
    """Seconds from the command to the first page's last element."""
    began = time.perf_counter()
    with workspace(script) as server:
        page = visitor(browser, server)
        page.goto("/")
        page.get_by_role("button", name="Open").last.wait_for()
        settle(page)
        spent = time.perf_counter() - began
        page.context.close()
        return spent


def starts(browser: Browser) -> Iterator[str]:
    """The app and its peer by turns, so that both meet the same machine."""
    peer = Path(tempfile.mkdtemp(prefix="bench-peer-")) / "peer.py"
    peer.write_text(PEER)
    own, others = [], []
    for _ in range(STARTS):
        others.append(start(browser, str(peer)))
        own.append(start(browser, "app.py"))
    shutil.rmtree(peer.parent)
    yield line("start to first page, netbuilder", own)
    yield line("start to first page, one line of Streamlit", others)
    yield f"{'ratio of the medians':<46} {statistics.median(own) / statistics.median(others):8.2f}"


def first_point(page: Page, server: Server) -> float:
    """Seconds from pressing Start to the first point on the chart."""
    go(page, f"/train?network={server.keep(example('digits-cnn'))}&view=outline")
    button = page.get_by_role("button", name="Start training")
    expect(button).to_be_enabled()
    before = page.url
    began = time.perf_counter()
    button.click()
    page.wait_for_url(lambda url: "run=" in url and url != before)
    wait_for_step(page, 1)
    spent = time.perf_counter() - began
    page.get_by_role("button", name="Stop").click()
    expect_status(page, "Stopped")
    return spent


def first_points(browser: Browser) -> Iterator[str]:
    """With the spare worker rehearsed, and directly after another start, when there is none yet."""
    warm, cold = [], []
    for _ in range(TRAININGS):
        with workspace() as server:
            page = visitor(browser, server)
            go(page, f"/train?network={server.keep(example('digits-cnn'))}&view=outline")
            expect(page.get_by_role("button", name="Start training")).to_be_enabled()
            time.sleep(WARM_AFTER)  # nothing outside the spare tells that it is ready
            warm.append(first_point(page, server))
            cold.append(first_point(page, server))
            page.context.close()
    yield line("Start to first point, spare worker ready", warm)
    yield line("Start to first point, no spare worker", cold)


def first_visit(browser: Browser) -> Iterator[str]:
    """From the first look at the gallery to the answer for an own drawing, as fast as the app lets a person."""
    spent, pressed = [], 0
    for _ in range(TRAININGS):
        with workspace() as server:
            page = visitor(browser, server)
            began = time.perf_counter()
            page.goto("/")
            part(page, "open:digits-cnn").get_by_role("button").click()
            part(page, "to-train").get_by_role("button").click()
            page.get_by_role("button", name="Start training").click()
            part(page, "to-predict").get_by_role("button").click()
            draw(page, *STROKE)
            page.get_by_role("heading", name=re.compile(r"^[0-9] +[0-9.]+%")).wait_for()
            spent.append(time.perf_counter() - began)
            pressed = clicks(page)
            page.context.close()
    yield line("page open to an answer for an own drawing", spent)
    yield f"{'clicks to it, the stroke included':<46} {pressed:8}"


def pages_and_edits(browser: Browser) -> Iterator[str]:
    """Page switches and edits in a warm server."""
    with workspace() as server:
        page = visitor(browser, server)
        go(page, f"/build?network={server.keep(example('digits-cnn'))}&view=outline")
        expect(setting(page, "conv1", "out_channels")).to_be_visible()
        yield line("page switch to painted", measure(switch(page), SWITCHES), 1000)
        page.get_by_role("link", name="Build").click()
        fill(setting(page, "conv1", "out_channels"), 16)
        expect(row(page, "relu1")).to_contain_text("16x8x8")
        yield line("outline edit to painted answer", measure(edit(page), EDITS), 1000)
        page.context.close()


def switch(page: Page) -> Callable[[int], None]:
    names = cycle(PAGES)

    def act(_number: int) -> None:
        name = next(names)
        page.get_by_role("link", name=name).click()
        page.get_by_test_id("stMain").get_by_text(PAGES[name]).first.wait_for()

    for number in range(len(PAGES)):
        act(number)
    return act


def edit(page: Page) -> Callable[[int], None]:
    answer = shape(page, "relu1")

    def act(number: int) -> None:
        channels = 17 + number
        fill(setting(page, "conv1", "out_channels"), channels)
        answer.filter(has_text=f"{channels}x8x8").wait_for()

    return act


def measure(act: Callable[[int], None], times: int) -> list[float]:
    spent = []
    for number in range(times):
        began = time.perf_counter()
        act(number)
        spent.append(time.perf_counter() - began)
    return spent


def line(name: str, seconds: list[float], factor: int = 1) -> str:
    """One row of the table, in seconds or (factor 1000) milliseconds."""
    p50, p95 = np.percentile(seconds, [50, 95]) * factor
    unit = "ms" if factor == 1000 else "s"
    form = "8.0f" if factor == 1000 else "8.2f"
    return f"{name:<46} {p50:{form}} {p95:{form}} {len(seconds):5}  {unit}"


def main() -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        expect.set_options(timeout=60_000)
        print(f"{'':<46} {'p50':>8} {'p95':>8} {'n':>5}", flush=True)
        for rows in (starts, first_points, first_visit, pages_and_edits):
            for text in rows(browser):
                print(text, flush=True)
        browser.close()


if __name__ == "__main__":
    main()

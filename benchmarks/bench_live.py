"""From recorded to seen: how old a point is when it stands in the chart of a real browser.

    python -m benchmarks.bench_live

A feeder writes batches of points to the store every 0.2 s, as a trainer does; a real server and real Chromium pages
show them. Seen means: the point is in the data that Plotly has drawn. Every page is visible, which is harder than ten
tabs of which one is. Prints the 50th and 95th percentile of all pages (aim: 0.6 s), and the server's load.
"""

import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import BrowserContext, Page, sync_playwright

from builder.graph.document import Document
from builder.runs.folder import RunFolder
from builder.runs.store import Row, Store
from tests.browser.chromium import launch

CASES = ((1, 1_000), (1, 100_000), (10, 1_000), (10, 100_000))  # pages, points already there
SECONDS = 15  # measured in each case
BATCH_SECONDS = 0.2
STEPS_A_BATCH = 10
APP = """
import streamlit as st
from builder.live.routes import middleware, routes

app = st.App("page.py", routes=routes(), middleware=middleware())
"""
PAGE = """
import streamlit as st
from builder.live import live

live(st.query_params["run"], key="live")
"""
WATCH = """
() => {
  window.seen = [];
  let last = 0;
  setInterval(() => {
    const step = document.querySelector(".builder-live .js-plotly-plot")?.data[0].x.at(-1) ?? 0;
    if (step !== last) window.seen.push([(last = step), Date.now() / 1000]);
  }, 20);
}
"""


def rows(first: int, last: int) -> list[Row]:
    noise = np.random.default_rng(first).normal(0, 0.1, last - first + 1)
    curve = 2 / np.sqrt(np.arange(first, last + 1)) + 0.2
    losses = [("train_loss", step, 1, abs(float(v))) for step, v in enumerate(curve + noise, first)]
    return losses + [("train_accuracy", step, 1, min(1.0, max(0.0, 1 - value / 3))) for _, step, _, value in losses]


def feed(home: Path, already: int, orders: Connection) -> None:
    """Record a run as a worker does, and tell when each batch was handed over."""
    store = Store(home)
    run = store.create(Document(), "bench").id
    folder = RunFolder(home, run)
    folder.make(b"{}")
    folder.take()
    store.transition(run, "starting", "running", epochs=10, steps=2 * already)
    for first in range(1, already, 10_000):
        store.record(run, rows(first, min(first + 9_999, already)), step=already)
    orders.send(run)
    orders.recv()
    step, recorded, until = already, [], time.monotonic() + SECONDS
    while time.monotonic() < until:
        time.sleep(BATCH_SECONDS)
        recorded.append((step + STEPS_A_BATCH, time.time()))
        store.record(run, rows(step + 1, step + STEPS_A_BATCH), step=step + STEPS_A_BATCH, spent=BATCH_SECONDS)
        step += STEPS_A_BATCH
    orders.send(recorded)
    orders.recv()


@contextmanager
def server(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    (home / "app.py").write_text(APP)
    (home / "page.py").write_text(PAGE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ("address=127.0.0.1", f"port={port}", "headless=true", "fileWatcherType=none")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *(f"--server.{option}" for option in options)]
    command += ["--browser.gatherUsageStats=false", "--runner.postScriptGC=false"]
    environment = {**os.environ, "NETBUILDER_HOME": str(home)}
    with subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(f"{url}/_stcore/health")
            yield url, psutil.Process(process.pid)
        finally:
            process.terminate()


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)


def open_page(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.wait_for_function("() => document.querySelector('.builder-live .js-plotly-plot')?.data[0].x.length > 0")
    page.evaluate(WATCH)
    return page


def measure(context: BrowserContext, url: str, process: psutil.Process, home: Path, pages: int, already: int) -> str:
    spawn = multiprocessing.get_context("spawn")
    mine, theirs = spawn.Pipe()
    feeder = spawn.Process(target=feed, args=(home, already, theirs), daemon=True)
    feeder.start()
    run = mine.recv()
    watching = [open_page(context, f"{url}/?run={run}") for _ in range(pages)]
    before = sum(process.cpu_times()[:2])
    mine.send("go")
    recorded = mine.recv()
    load = (sum(process.cpu_times()[:2]) - before) / SECONDS
    time.sleep(2)
    ages = [age for page in watching for age in ages_of(recorded, page.evaluate("() => window.seen"))]
    for page in watching:
        page.close()
    mine.send("done")
    feeder.join()
    p50, p95 = np.percentile(ages, [50, 95])
    return f"{pages:5} {already:8,} {p50:8.2f} {p95:8.2f} {max(ages):8.2f} {100 * load:10.1f} %"


def ages_of(recorded: list[tuple[int, float]], seen: list[tuple[int, float]]) -> list[float]:
    """Seconds between recording and first sight, batch by batch; a batch that was never seen counts as infinite."""
    return [next((at for shown, at in seen if shown >= step), float("inf")) - when for step, when in recorded]


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="bench-live-"))
    try:
        with ExitStack() as stack:
            url, process = stack.enter_context(server(home))
            playwright = stack.enter_context(sync_playwright())
            browser = launch(playwright)
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            print("pages   points   p50 s    p95 s    max s  server load of one core", flush=True)
            for pages, already in CASES:
                print(measure(context, url, process, home, pages, already), flush=True)
            browser.close()
    finally:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()

"""How the canvas feels: an edit to its shapes, a drag's frames, the opening of the page, the bundle, bytes on the wire.

`python -m benchmarks.bench_canvas` drives the real app in headless Chromium. Peers in the same run: for an edit, the
bare round trip to the server from the same page; for a drag, frames of the same page at rest; for the opening, the
switch to the Data page.
"""

import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, Locator, Page, expect, sync_playwright

from benchmarks.bench_app import line, visitor
from builder.graph.document import Document
from tests.browser import hand
from tests.browser.acts import go, settle
from tests.browser.chromium import launch
from tests.browser.server import Server
from tests.documents import chain

STATIC = Path(__file__).parents[1] / "builder" / "canvas" / "static"
AIMS = {10: 60, 50: 80, 200: 120}  # milliseconds, 95th percentile
EDITS, DRAGS, OPENINGS = 40, 3, 10

# from the key press to the frame in which the node shows another shape
ARM = """(node) => {
  const times = (window.__times ??= []);
  let pressed = 0;
  const root = node.getRootNode();
  root.addEventListener("keydown", (event) => { pressed = event.timeStamp; }, true);
  new MutationObserver(() => {
    const from = pressed;
    requestAnimationFrame(() => {
      const painted = new MessageChannel();
      painted.port1.onmessage = () => times.push(performance.now() - from);
      painted.port2.postMessage(0);
    });
  }).observe(node, { attributes: true, attributeFilter: ["data-shape"] });
}"""
FRAMES = """() => {
  window.__frames = [];
  let last = performance.now();
  const tick = (now) => {
    if (!window.__frames) return;
    window.__frames.push(now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
END_FRAMES = "() => { const frames = window.__frames; window.__frames = undefined; return frames.slice(2); }"
ROUND_TRIP = """async (id) => {
  const times = [];
  for (let i = 0; i < 40; i++) {
    const from = performance.now();
    await (await fetch(`/api/networks/${id}?since=1`)).text();
    times.push(performance.now() - from);
  }
  return times;
}"""


def network(nodes: int) -> Document:
    """A chain of so many layers, for pictures of digits."""
    pairs = (nodes - 4) // 2
    steps: list[Any] = [("Conv2d", {"out_channels": 8, "kernel_size": 3}), "ReLU"] * pairs
    steps += ["ReLU"] * (nodes - 4 - 2 * pairs)
    return chain(*steps, "Flatten", ("Linear", {"out_features": 10}))


def opened(browser: Browser, server: Server, nodes: int) -> tuple[Page, str]:
    """A page whose canvas shows a network of so many layers."""
    id = server.keep(network(nodes))
    page = visitor(browser, server)
    go(page, f"/build?network={id}")
    hand.expect_checked(page)
    return page, id


def edits(page: Page, id: str, nodes: int) -> Iterator[str]:
    """One parameter of a layer, by the arrow key in its field; two layers change their shape, and one its weights."""
    hand.choose(page, "conv2")
    field = hand.field(page, "out_channels")
    field.focus()
    page.evaluate(ARM, hand.node(page, "conv2").element_handle())
    for number in range(EDITS):
        page.keyboard.press("ArrowUp")
        page.wait_for_function("n => (window.__times ?? []).length > n", arg=number)
        page.wait_for_timeout(60)
    times = [ms / 1000 for ms in page.evaluate("() => window.__times")]
    bare = [ms / 1000 for ms in page.evaluate(ROUND_TRIP, id)]
    yield line(f"edit to shapes shown, {nodes} nodes (aim {AIMS[nodes]})", times, 1000)
    yield line("  bare round trip from the same page", bare, 1000)
    yield f"{'  ratio of the medians':<46} {statistics.median(times) / statistics.median(bare):8.2f}"


def frames(page: Page) -> Iterator[str]:
    """A node dragged to and fro, against the same page at rest."""
    page.evaluate(FRAMES)
    page.wait_for_timeout(1500)
    rest = [ms / 1000 for ms in page.evaluate(END_FRAMES)]
    box = hand.box(hand.node(page, "conv2"))
    x, y = box["x"] + box["width"] / 2, box["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y, steps=2)
    page.evaluate(FRAMES)
    for _ in range(DRAGS):
        page.mouse.move(x + 200, y + 100, steps=40)
        page.mouse.move(x, y, steps=40)
    moving = [ms / 1000 for ms in page.evaluate(END_FRAMES)]
    page.mouse.up()
    yield line("frame of a drag, 200 nodes (aim 33)", moving, 1000)
    yield line("  frame at rest", rest, 1000)
    yield f"{'  ratio of the medians':<46} {statistics.median(moving) / statistics.median(rest):8.2f}"


def opening(page: Page, name: str, wanted: Locator) -> float:
    """Seconds from a press on a page's name to what it must show."""
    page.wait_for_timeout(500)
    began = time.perf_counter()
    page.get_by_role("link", name=name).click()
    wanted.wait_for()
    return time.perf_counter() - began


class Wire:
    """All bytes that a page sends and gets, bodies and messages, as they go over the wire."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        session.send("Network.enable")
        session.on("Network.requestWillBeSent", lambda e: self._add(json.dumps(e["request"].get("headers", {}))))
        session.on("Network.requestWillBeSent", lambda e: self._add(e["request"].get("postData", "")))
        session.on("Network.loadingFinished", self._finished)
        for way in ("Sent", "Received"):
            session.on(f"Network.webSocketFrame{way}", lambda e: self._add(e["response"]["payloadData"]))

    def _add(self, text: str) -> None:
        self.bytes += len(text.encode())

    def _finished(self, event: Any) -> None:
        self.bytes += int(event["encodedDataLength"])


def wire(page: Page) -> Iterator[str]:
    """What one edit of one parameter costs, both ways."""
    hand.field(page, "out_channels").focus()
    page.wait_for_timeout(1500)
    counted = Wire(page.context.new_cdp_session(page))
    page.keyboard.press("ArrowUp")
    hand.expect_checked(page)
    page.wait_for_timeout(1500)
    yield f"{'bytes of one edit, 200 nodes (aim 40)':<46} {counted.bytes / 1000:8.1f} {'':>8} {1:5}  kB"


def openings(browser: Browser, server: Server) -> Iterator[str]:
    """From a press on Build to a canvas whose nodes have shapes, and to the Data page."""
    page, _id = opened(browser, server, 50)
    own, peer = [], []
    for _ in range(OPENINGS):
        peer.append(opening(page, "Data", page.get_by_role("button", name="Choose another")))
        own.append(opening(page, "Build", page.locator("[data-checked=true] [data-node=conv1]")))
    yield line("Build opened, 50 nodes (aim 800)", own, 1000)
    yield line("  Data opened", peer, 1000)
    yield f"{'  ratio of the medians':<46} {statistics.median(own) / statistics.median(peer):8.2f}"
    page.context.close()


def bundle() -> str:
    """The size of the canvas's one file, compressed as browsers get it."""
    packed = sum(len(gzip.compress(path.read_bytes(), 6)) for path in STATIC.glob("index-*.js"))
    return f"{'bundle, gzipped (aim 200)':<46} {packed / 1000:8.1f} {'':>8} {1:5}  kB"


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory(prefix="bench-canvas-") as home, sync_playwright() as playwright:
        server = Server(Path(home)).start()
        browser = launch(playwright)
        expect.set_options(timeout=60_000)
        print(f"{'':<46} {'p50':>8} {'p95':>8} {'n':>5}", flush=True)
        try:
            for rows in figures(browser, server):
                print(rows, flush=True)
        finally:
            browser.close()
            server.stop()


def figures(browser: Browser, server: Server) -> Iterator[str]:
    """Every line, in the order of the table that the project aims at."""
    page, id = opened(browser, server, 10)
    settle(page)
    page.wait_for_timeout(12_000)  # the server gets torch and a spare trainer ready
    for nodes in AIMS:
        page.context.close()
        page, id = opened(browser, server, nodes)
        yield from edits(page, id, nodes)
    yield from wire(page)
    page.context.close()
    page, id = opened(browser, server, 200)
    yield from frames(page)
    page.context.close()
    yield from openings(browser, server)
    yield bundle()


if __name__ == "__main__":
    main()

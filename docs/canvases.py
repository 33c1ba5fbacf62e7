"""Pictures of the canvas to look at before a change of it is committed: `python -m docs.canvases FOLDER`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.bench_canvas import network
from builder.examples import load
from builder.graph.document import Document
from builder.graph.edit import apply
from docs.screenshots import NARROW, WIDE, open_page, take
from tests.browser import acts, hand
from tests.browser.chromium import launch
from tests.browser.server import Server
from tests.documents import chain


def residual() -> Document:
    """Two residual blocks, one of them repeated, between ordinary layers."""
    conv = ("Conv2d", {"out_channels": 32, "kernel_size": 3})
    document = chain(
        conv,
        conv,
        "ReLU",
        conv,
        "Add",
        "ReLU",
        conv,
        ("AdaptiveAvgPool2d", {"output_size": 1}),
        "Flatten",
        ("Linear", {"out_features": 10}),
    )
    inner = ["conv2", "relu1", "conv3", "add1"]
    return apply(
        document,
        {"op": "connect", "edge": {"source": "conv1", "target": "add1"}},
        {"op": "group", "nodes": inner, "id": "residual"},
        {"op": "set_params", "node": "residual", "params": {"repeat": 6}},
    )


def broken() -> Document:
    """Three kinds of problems: a vector is wanted, a join of two shapes, a range."""
    conv = ("Conv2d", {"out_channels": 16, "kernel_size": 3})
    document = chain(
        conv,
        "ReLU",
        ("Conv2d", {"out_channels": 32}),
        "Add",
        ("Dropout", {"p": 2.0}),
        "Flatten",
        ("Linear", {"out_features": 7}),
    )
    return apply(document, {"op": "connect", "edge": {"source": "relu1", "target": "add1"}})


SCENES = {
    "empty": lambda: Document(title="Something new", data={"source": "digits"}),
    "mnist-cnn": lambda: load("mnist-cnn"),
    "residual": residual,
    "problems": broken,
    "200-layers": lambda: network(200),
}


def scene(page: Page, name: str, folder: Path, mark: str) -> None:
    """One picture of one network, with a layer selected where there is one."""
    hand.expect_checked(page)
    if name in ("mnist-cnn", "problems"):
        hand.choose(page, "conv1")
    if name == "residual" and mark == "-dark":
        hand.choose(page, "residual")
        page.keyboard.press("Shift+F")
        page.wait_for_timeout(600)
    if mark == "-full":
        hand.tool(page, "full").click()
    take(page, folder / f"canvas-{name}{mark}.png")


def visit(browser: Browser, server: Server, folder: Path) -> None:
    """Every scene in light, dark, narrow and full screen."""
    ids = {name: server.keep(document()) for name, document in SCENES.items()}
    for mark, size, scheme in (
        ("-light", WIDE, "light"),
        ("-dark", WIDE, "dark"),
        ("-narrow", NARROW, "light"),
        ("-full", WIDE, "light"),
    ):
        for name, id in ids.items():
            page = open_page(browser, server, size, scheme)
            acts.go(page, f"/build?network={id}")
            scene(page, name, folder, mark)
            page.context.close()


def main() -> None:
    """All pictures into a folder."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = Server(Path(home)).start()
        browser = launch(playwright)
        expect.set_options(timeout=60_000)
        try:
            visit(browser, server, folder)
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()

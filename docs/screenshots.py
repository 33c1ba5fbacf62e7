"""Take the README's pictures from the running app: `python -m docs.screenshots`.

Also takes every page in light, dark and narrow into a folder that is given as an argument, to be looked at before a
change of the pages is committed.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from builder.data.sources import SOURCES
from builder.examples import load
from tests.browser import acts, hand
from tests.browser.chromium import launch
from tests.browser.server import Server
from tests.trained import example, finish

DOCS = Path(__file__).parent
WIDE, NARROW, TALL = (1360, 860), (420, 900), (1360, 2000)
THREE = [(0.35, 0.2), (0.6, 0.15), (0.65, 0.3), (0.5, 0.45), (0.68, 0.62), (0.6, 0.82), (0.33, 0.8)]


def open_page(browser: Browser, server: Server, size: tuple[int, int], scheme: str) -> Page:
    """A fresh tab."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        base_url=server.url,
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    return page


def take(page: Page, path: Path, *, whole: bool = False) -> None:
    """One picture, when everything has come to rest."""
    acts.settle(page)
    page.wait_for_timeout(1200)  # charts end their motion
    page.screenshot(path=path, full_page=whole)


def near(page: Page) -> None:
    """The canvas at true size, with a layer selected."""
    hand.expect_checked(page)
    hand.choose(page, "conv1")
    for key in ("1", "ArrowDown", "ArrowUp"):  # at true size, and back in view
        page.keyboard.press(key)


def visit(page: Page, network: str, runs: list[str], folder: Path, mark: str, *, whole: bool) -> None:
    """Every page once."""
    acts.go(page, "/")
    take(page, folder / f"gallery{mark}.png", whole=whole)
    for name in ("build", "data"):
        acts.go(page, f"/{name}?network={network}")
        if name == "build":
            near(page)
        else:
            expect(page.get_by_text("Digits").first).to_be_visible()
        take(page, folder / f"{name}{mark}.png", whole=whole)
    acts.go(page, f"/train?run={runs[0]}")
    acts.wait_for_step(page, 1)
    take(page, folder / f"train{mark}.png", whole=whole)
    acts.go(page, f"/predict?run={runs[0]}")
    acts.draw(page, *THREE)
    expect(page.get_by_text("What the network sees")).to_be_visible()
    take(page, folder / f"predict{mark}.png", whole=whole)
    acts.go(page, "/runs")
    table = page.get_by_test_id("stDataFrame").first
    box = table.bounding_box()
    assert box
    for line in range(len(runs)):
        page.mouse.click(box["x"] + 16, box["y"] + 52 + 35 * line)
    take(page, folder / f"runs{mark}.png", whole=whole)


def kinds(page: Page, server: Server, folder: Path, mark: str) -> None:
    """The Data page with each ready set that needs no download, and with the way to choose among them."""
    for name, cls in SOURCES.items():
        if "path" in cls.model_fields or not cls.model_validate({}).here():
            continue
        network = server.keep(load("digits-cnn").model_copy(update={"data": {"source": name}}))
        page.goto(f"/data?network={network}")
        expect(page.get_by_text("Samples", exact=False).last).to_be_visible(timeout=60_000)
        take(page, folder / f"data-{name}{mark}.png", whole=True)
    page.get_by_role("button", name="Choose another").click()
    take(page, folder / f"data-choose{mark}.png", whole=True)


def main() -> None:
    """The README's pictures, or all of them."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = Server(Path(home)).start()
        browser = launch(playwright)
        with server.store() as store:
            documents = [example("digits-cnn"), example("digits-cnn", "recipe.optimizer.type=SGD", "recipe.epochs=12")]
            runs = [run.id for run in finish(store, *documents)]
            store.rename(runs[0], "Digits CNN with Adam")
            store.rename(runs[1], "Digits CNN with SGD")
        network = server.keep(load("digits-cnn"))
        if len(sys.argv) > 1:
            folder = Path(sys.argv[1])
            folder.mkdir(parents=True, exist_ok=True)
            for scheme in ("light", "dark"):
                visit(open_page(browser, server, WIDE, scheme), network, runs, folder, f"-{scheme}", whole=True)
                kinds(open_page(browser, server, TALL, scheme), server, folder, f"-{scheme}")
            visit(open_page(browser, server, NARROW, "light"), network, runs, folder, "-narrow", whole=True)
        else:
            visit(open_page(browser, server, WIDE, "light"), network, runs, DOCS, "", whole=False)
        browser.close()
        server.stop()


if __name__ == "__main__":
    main()

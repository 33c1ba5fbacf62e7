"""One Chromium; a server a module, a context a test; and what every test must hold: no error on any page, no dialog, no
request to anywhere but the server, and nothing that a name smuggled in was run.
"""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.acts import DIGITS, SMALL, expect_names, go
from tests.browser.chromium import launch_or_skip
from tests.browser.hand import open_build
from tests.browser.server import Server
from tests.trained import example

PATIENCE = 30_000  # milliseconds: other work may share the machine
NETWORK = ("http", "https", "ws", "wss", "ftp")
# pressed keys and buttons, counted over pages and reloads
COUNT_CLICKS = """
addEventListener("pointerdown", () => {
  sessionStorage.setItem("clicks", 1 + Number(sessionStorage.getItem("clicks")));
}, true);
"""
Visit = Callable[..., Page]
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch_or_skip(playwright)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, real_data: Path | None) -> Iterator[Server]:
    """A server that the tests of a module share: each works on a network of its own."""
    server = Server(tmp_path_factory.mktemp("home"), real_data)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def fresh(tmp_path: Path, real_data: Path | None) -> Iterator[Server]:
    """A server for one test, over an empty workspace; not yet started."""
    server = Server(tmp_path / "fresh", real_data)
    yield server
    server.stop()


class Watch:
    """Everything that must not happen in a browser context."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.context = context
        self.place = server.place
        self.seen: list[str] = []
        context.on("weberror", lambda error: self.seen.append(f"error: {error.error}"))
        context.on("request", lambda request: self._request(request.url))
        context.on("dialog", self._dialog)
        context.on("page", lambda page: page.on("websocket", lambda socket: self._request(socket.url)))

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in NETWORK and parts.netloc != self.place:
            self.seen.append(f"request: {url}")

    def _dialog(self, dialog: Any) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def end(self) -> list[str]:
        """Close the context; what was seen."""
        for page in self.context.pages:
            if page.evaluate("() => window.__pwn !== undefined"):
                self.seen.append(f"a script in a name ran on {page.url}")
        self.context.close()
        return self.seen


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Visit]:
    """Opens a browser of its own (cookies, tabs) on a server."""
    watches: list[Watch] = []

    def open_browser(server: Server, **options: Any) -> Page:
        settings = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", "reduced_motion": "reduce"}
        context = browser.new_context(base_url=server.url, **{**settings, **options})
        context.set_default_timeout(PATIENCE)
        context.add_init_script(COUNT_CLICKS)
        watches.append(Watch(context, server))
        return context.new_page()

    yield open_browser
    if request.node.stash.get(FAILED, False):
        _show(watches, tmp_path)
    seen = [fact for watch in watches for fact in watch.end()]
    assert not seen


@pytest.fixture
def page(visit: Visit, server: Server) -> Page:
    """A page of the module's server."""
    return visit(server)


@pytest.fixture
def digits(page: Page, server: Server) -> str:
    """The page shows a network for digits of its own; its id."""
    return opened(page, server, "digits-cnn", DIGITS)


@pytest.fixture
def small(page: Page, server: Server) -> str:
    """The same with fewer layers."""
    return opened(page, server, "mnist-mlp", SMALL, 'data={"source": "digits"}')


@pytest.fixture
def cnn(page: Page, server: Server) -> str:
    """The canvas shows a network of its own for digits; its id."""
    return open_build(page, server, example("digits-cnn"))


def opened(page: Page, server: Server, name: str, layers: tuple[str, ...], *values: str) -> str:
    id = server.keep(example(name, *values))
    go(page, f"/build?network={id}&view=outline")
    expect_names(page, *layers)
    return id


def _show(watches: list[Watch], folder: Path) -> None:
    """Leave pictures of a failed test's pages."""
    for number, page in enumerate(page for watch in watches for page in watch.context.pages):
        picture = folder / f"page{number}.png"
        page.screenshot(path=picture, full_page=True)
        print(f"{page.url} looked like {picture}")

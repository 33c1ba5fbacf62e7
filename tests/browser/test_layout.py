"""Nothing is too long for its page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from builder.graph.document import Document, from_json
from builder.runs.store import Run
from tests.browser.acts import go, part, select_rows
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example, finish

LONG = "An endless name " * 625  # 10,000 characters
SOLID = "x" * 10_000
WIDE = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
  .map(element => [element.scrollWidth, element.clientWidth])"""


def long_named(title: str) -> Document:
    """A network with names as long as they may be."""
    plain = example("xor-mlp", "recipe.epochs=1").model_dump(mode="json")
    plain["title"] = plain["about"] = title
    for node in plain["graph"]["nodes"][1:-1]:
        for edge in plain["graph"]["edges"]:
            edge |= {end: f"{node['id']}{title}"[:200] for end in ("source", "target") if edge[end] == node["id"]}
        node["id"] = f"{node['id']}{title}"[:200]
    return from_json(plain)


@pytest.fixture(scope="module")
def long_names(server: Server) -> Iterator[tuple[str, list[Run]]]:
    """A network and runs with endless names; they leave the list of runs again."""
    documents = [long_named(LONG), long_named(SOLID)]
    network = server.keep(documents[1])
    with server.store() as store:
        found = finish(store, *documents)
        yield network, found
        for run in found:
            store.delete(run.id)


@pytest.mark.parametrize("width", [420, 1280])
def test_names_of_any_length_leave_the_layout_whole(
    visit: Visit, server: Server, long_names: tuple[str, list[Run]], width: int
) -> None:
    network, runs = long_names
    page = visit(server, viewport={"width": width, "height": 900})
    for address in ("/", "/build", "/data", f"/train?run={runs[1].id}", "/runs", f"/predict?run={runs[1].id}"):
        go(page, address + ("&" if "?" in address else "?") + f"network={network}")
        expect(page.get_by_test_id("stMain").get_by_role("button").first).to_be_visible()
        if address == "/runs":
            select_rows(page, 0, 1)
            expect(part(page, "curves")).to_be_visible()
        for scrolled, shown in page.evaluate(WIDE):
            assert scrolled <= shown, address

"""Every page under axe-core, in light and dark: no finding that is serious or worse."""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import hand
from tests.browser.acts import go, settle, wait_for_step
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example, finish

AXE = Path(__file__).parents[2] / "builder" / "canvas" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCAN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .flatMap(({ id, nodes }) => nodes.map((at) => `${id}: ${at.target.flat(9).join(" ")} ${at.html.slice(0, 200)}`));
}"""


@pytest.fixture(scope="module", autouse=True)
def axe() -> None:
    if not AXE.exists():
        reason = "axe-core is not installed: run `npm ci` in builder/canvas/frontend"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def run(server: Server) -> str:
    with server.store() as store:
        return finish(store, example("digits-cnn", "recipe.epochs=1"))[0].id


def findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical on the page as it is now."""
    page.evaluate(AXE.read_text("utf-8"))
    found: list[Any] = page.evaluate(SCAN)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["gallery", "data", "train", "runs", "predict", "outline", "canvas", "both"])
def test_a_page_has_no_serious_finding(visit: Visit, server: Server, run: str, name: str, scheme: str) -> None:
    page = visit(server, color_scheme=scheme)
    id = server.keep(example("digits-cnn"))
    if name in ("outline", "canvas", "both"):
        go(page, f"/build?network={id}&view={name}")
    else:
        go(page, {"gallery": "/", "train": f"/train?run={run}", "predict": f"/predict?run={run}"}.get(name, f"/{name}"))
    if name in ("canvas", "both"):
        hand.expect_checked(page)
        hand.choose(page, "conv1")
    if name == "train":
        wait_for_step(page, 1)
    settle(page)
    expect(page.get_by_test_id("stMain")).to_be_visible()
    assert findings(page) == []

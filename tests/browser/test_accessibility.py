"""Every page and every state of the canvas under axe-core, in light and dark: no finding that is serious or worse. And
the canvas in high contrast, without motion, and under a finger."""

import io
import os
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from builder.graph.document import Document
from tests.browser import hand
from tests.browser.acts import go, setting, settle, until, wait_for_step
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.documents import chain, edited
from tests.trained import example, finish

AXE = Path(__file__).parents[2] / "builder" / "canvas" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SCAN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations
    .filter((found) => ["serious", "critical"].includes(found.impact))
    .flatMap(({ id, nodes }) => nodes.map((at) => `${id}: ${at.target.flat(9).join(" ")} ${at.html.slice(0, 200)}`));
}"""
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
# how long the animations and transitions of the canvas last, in seconds
MOTION = """canvas => [...canvas.querySelectorAll("*")].flatMap((element) => {
  const { animationDuration, animationName, transitionDuration } = getComputedStyle(element);
  const lasts = [animationName === "none" ? "0s" : animationDuration, transitionDuration].join().split(",");
  return lasts.map(parseFloat).filter((seconds) => seconds > 0.01).map(() => element.outerHTML.slice(0, 120));
})"""


@pytest.fixture(scope="module")
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


@SCHEMES
@pytest.mark.parametrize("name", ["gallery", "data", "train", "runs", "predict", "outline", "canvas", "both"])
@pytest.mark.usefixtures("axe")
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
    if name == "outline":
        expect(setting(page, "conv1", "id")).to_have_value("conv1")
    if name == "train":
        wait_for_step(page, 1)
    settle(page)
    expect(page.locator("[data-stale=true], [data-testid=stSkeleton]")).to_have_count(0)  # what is drawn anew is faint
    assert findings(page) == []


def broken() -> Document:
    """A block, a layer that is off, a note, and each kind of problem."""
    document = chain(
        ("Conv2d", {"out_channels": 4}), "ReLU", "BatchNorm2d", "Linear", "Dropout", ("Linear", {"out_features": 7})
    )
    edits = [
        {"op": "group", "nodes": ["conv1", "relu1"], "id": "block1"},
        {"op": "disable", "nodes": ["dropout1"], "disabled": True},
        {"op": "annotate", "note": {"id": "note1", "text": "a **note**", "position": [420, 40]}},
        {"op": "insert", "type": "Conv2d", "id": "alone"},
    ]
    return edited(document, *edits)


@SCHEMES
@pytest.mark.usefixtures("axe")
def test_the_canvas_has_no_serious_finding_in_any_state(visit: Visit, server: Server, scheme: str) -> None:
    page = visit(server, color_scheme=scheme)
    hand.open_build(page, server, broken())
    found = {}

    def look(state: str) -> None:
        found[state] = findings(page)

    expect(page.locator("[data-node][data-state=error]").first).to_be_visible()
    look("errors on nodes")
    hand.tool(page, "problems").click()
    expect(page.get_by_role("region", name="Problems")).to_be_visible()
    look("the list of problems")
    page.keyboard.press("Escape")
    hand.choose(page, "linear2")
    hand.field(page, "out_features").fill("0")
    look("a wrong value")
    hand.choose(page, "block1")
    page.keyboard.press("f")
    expect(hand.node(page, "block1/conv1")).to_be_visible()
    look("an unfolded block")
    hand.choose(page, "block1/conv1")
    page.keyboard.press("Shift+ArrowDown")
    expect(hand.node(page, "block1/relu1")).to_have_attribute("data-selected", "true")
    look("several")
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menu")).to_be_visible()
    look("the menu")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()
    look("the picker")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    look("the sheet of keys")
    page.keyboard.press("Escape")
    page.locator("[data-note]").click()
    look("a note")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(page.get_by_text("An empty canvas")).to_be_visible()
    look("nothing")
    page.context.set_offline(True)
    page.keyboard.press("Control+z")
    expect(hand.canvas(page)).to_have_attribute("data-sync", "offline")
    expect(page.locator("[data-node]").first).to_be_visible()
    look("offline")
    page.context.set_offline(False)
    hand.expect_checked(page)
    assert {state: here for state, here in found.items() if here} == {}


def pixels(page: Page, path: str) -> set[tuple[int, ...]]:
    """The colours in which a layer is drawn."""
    image = Image.open(io.BytesIO(hand.node(page, path).screenshot())).convert("RGB")
    return {colour for _, colour in image.getcolors(1 << 24) or []}  # type: ignore[misc]


@SCHEMES
def test_high_contrast_shows_layers_and_the_chosen_one(visit: Visit, server: Server, scheme: str) -> None:
    page = visit(server, color_scheme=scheme, forced_colors="active")
    hand.open_build(page, server, broken())
    black, white = (0, 0, 0), (255, 255, 255)
    assert {black, white} <= pixels(page, "linear1")  # text and ground of the system, whatever the theme is
    border = "e => getComputedStyle(e).borderTopWidth"
    assert float(hand.node(page, "linear1").evaluate(border).removesuffix("px")) > 0
    plain = pixels(page, "batchnorm1")
    hand.choose(page, "batchnorm1")
    outline = "e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]"
    style, width = hand.node(page, "batchnorm1").evaluate(outline)
    assert (style, width) != ("none", "0px")
    assert pixels(page, "batchnorm1") - plain
    view = page.get_by_role("radio", name="Canvas")
    assert view.evaluate(outline) != page.get_by_role("radio", name="Outline").evaluate(outline)
    for path in hand.nodes(page):
        expect(hand.node(page, path)).to_be_visible()


def test_who_wants_no_motion_sees_none(visit: Visit, server: Server) -> None:
    page = visit(server, reduced_motion="reduce")
    hand.open_build(page, server, example("digits-cnn"))
    hand.choose(page, "conv1")
    assert hand.canvas(page).evaluate(MOTION) == []
    page.keyboard.press("Control+d")
    hand.tool(page, "direction").click()
    place = hand.box(hand.node(page, "conv1"))
    page.wait_for_timeout(100)
    assert hand.box(hand.node(page, "conv1")) == place
    hand.expect_checked(page)


def test_who_wants_motion_sees_it(visit: Visit, server: Server) -> None:
    page = visit(server, reduced_motion="no-preference")
    hand.open_build(page, server, example("digits-cnn"))
    assert hand.canvas(page).evaluate(MOTION) != []


def touch(page: Page, *points: tuple[float, float], hold: float = 0) -> None:
    """One finger that is put down, stays so many milliseconds, is moved and lifted."""
    session = page.context.new_cdp_session(page)
    for number, (x, y) in enumerate(points):
        type = "touchMove" if number else "touchStart"
        session.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": [{"x": x, "y": y}]})
        page.wait_for_timeout(0 if number else hold)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def line(x: float, y: float, right: float, down: float) -> list[tuple[float, float]]:
    """Ten steps of a finger."""
    return [(x + right * step / 10, y + down * step / 10) for step in range(11)]


def test_a_finger_does_what_a_mouse_does(visit: Visit, server: Server) -> None:
    page = visit(server, has_touch=True, viewport={"width": 1024, "height": 768})
    id = hand.open_build(page, server, example("digits-cnn"))
    hand.node(page, "relu1").tap(position={"x": 20, "y": 12})
    expect(hand.node(page, "relu1")).to_have_attribute("data-selected", "true")
    page.get_by_role("searchbox").first.fill("gelu")
    hand.entry(page, "GELU").tap()
    hand.expect_shape(page, "gelu1", "32x8x8")
    glyph = hand.node(page, "gelu1").locator(".nb-glyph")
    x, y = hand.middle(glyph)
    touch(page, *line(x, y, 100, 0))
    until(lambda: hand.middle(glyph)[0] > x + 50)
    assert hand.kept(page, server, id).graph.node("gelu1").position  # type: ignore[union-attr]
    touch(page, hand.middle(glyph), hold=700)
    expect(page.get_by_role("menu")).to_contain_text("Duplicate")
    x, y = hand.middle(hand.node(page, "input"))
    touch(page, *line(x - 140, y, 0, 100))  # the ground
    until(lambda: hand.middle(hand.node(page, "input"))[1] > y + 50)
    expect(page.get_by_role("menu")).to_have_count(0)
    x, y = hand.middle(hand.port(page, "conv1", "out"))
    touch(page, *line(x, y, -140, 40))  # a wire to empty ground
    expect(page.get_by_role("dialog").locator("[data-layer=MaxPool2d]")).to_be_visible()

"""What the hand can do on the canvas beyond it: other networks, files, pictures, links, runs, the outline, a tablet."""

import io
import re
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from builder.graph.document import write
from builder.training import supervisor
from tests.browser import hand
from tests.browser.acts import DIGITS, go, part, until
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.documents import chain, edges
from tests.trained import example

SVG = "{http://www.w3.org/2000/svg}"


def test_copies_go_between_networks_as_text(page: Page, server: Server, cnn: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hand.choose(page, "conv1")
    hand.also(page, "relu1")
    page.keyboard.press("Control+c")
    text = until(lambda: page.evaluate("() => navigator.clipboard.readText()"))
    assert '"Conv2d"' in text
    assert "netbuilder/part" in text
    other = hand.open_build(page, server, chain(ends=True))
    page.locator(".react-flow__pane").first.click(position={"x": 8, "y": 8})
    page.keyboard.press("Control+v")
    expect(hand.node(page, "conv1")).to_be_visible()
    document = hand.kept(page, server, other)
    assert "conv1>relu1" in edges(document)


def test_examples_open_by_dropping(page: Page, server: Server, cnn: str) -> None:
    page.get_by_role("searchbox").first.fill("xor")
    entry = page.locator("[data-example='xor-mlp']").first
    hand.drag(page, hand.middle(entry), hand.pane(page))
    assert server.kept(hand.opened(page, server, cnn)).graph == example("xor-mlp").graph
    expect(hand.node(page, "linear1")).to_be_visible()


def test_a_file_opens_by_dropping(page: Page, server: Server, cnn: str) -> None:
    drop(page, "broken.json", "{")
    expect(page.locator("[data-say]")).not_to_be_empty()
    drop(page, "mine.json", write(example("mnist-mlp")).decode())
    assert server.kept(hand.opened(page, server, cnn)) == example("mnist-mlp")
    expect(hand.node(page, "linear1")).to_be_visible()


def drop(page: Page, name: str, text: str) -> None:
    """Let a file fall on the canvas."""
    page.locator("[data-surface]").evaluate(
        """(surface, [name, text]) => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([text], name, { type: "application/json" }));
            for (const type of ["dragover", "drop"])
                surface.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        [name, text],
    )


def test_a_picture_is_taken(page: Page, cnn: str) -> None:
    for kind, head in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        hand.tool(page, "picture").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=re.compile(kind)).click()
        content = download.value.path().read_bytes()
        assert content.startswith(head)
        if kind == "SVG":
            texts = {text.text for text in ElementTree.fromstring(content).iter(f"{SVG}text")}
            assert {*DIGITS, "32x8x8"} <= texts
        else:
            width, height = Image.open(io.BytesIO(content)).size
            assert height > width > 300


def test_a_share_link_opens_the_same_network_elsewhere(page: Page, server: Server, cnn: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hand.tool(page, "share").click()
    link = until(lambda: page.evaluate("() => navigator.clipboard.readText()"))
    assert link.startswith(server.url)
    go(page, link)
    assert server.kept(hand.opened(page, server, cnn)) == server.kept(cnn)


def test_canvas_and_outline_show_what_the_other_did(page: Page, server: Server) -> None:
    id = server.keep(example("digits-cnn"))
    go(page, f"/build?network={id}&view=both")
    hand.expect_checked(page)
    hand.write(page, "conv1", "out_channels", 14)
    expect(part(page, "outline")).to_contain_text("14x8x8")
    part(page, "row:relu1").get_by_role("button").click()
    expect(hand.node(page, "relu1")).to_have_attribute("data-selected", "true")
    part(page, "outline-tools").get_by_role("button", name=re.compile("^Duplicate")).click()
    hand.expect_shape(page, "relu4", "14x8x8")
    assert [n.id for n in hand.kept(page, server, id).graph.nodes][:4] == [*DIGITS[:3], "relu4"]


def test_layers_show_what_a_run_of_the_network_reports(page: Page, server: Server, real_data: object) -> None:
    document = example("digits-cnn", "recipe.epochs=1000")
    with server.store() as store:
        run = supervisor.start(store, document, "long")
        try:
            hand.open_build(page, server, document)
            live = hand.node(page, "conv1").locator("[data-live]")
            expect(live).to_contain_text(re.compile(r"weight norm \d"))
            expect(live).to_be_visible()
            first = live.inner_text()
            expect(live).not_to_have_text(first)  # it follows the run
            expect(hand.node(page, "relu1").locator("[data-live]")).to_have_count(0)  # it learns nothing
            hand.choose(page, "conv1")
            expect(page.get_by_role("region", name="In the run")).to_contain_text("gradient norm")
        finally:
            supervisor.stop(store, run.id)
            supervisor.wait(store, run.id)


@pytest.fixture
def tablet(visit: Visit, server: Server) -> Page:
    """A page that is touched."""
    return visit(server, has_touch=True, viewport={"width": 1180, "height": 820})


def touch(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """A finger that is put down, moved and lifted."""
    session = page.context.new_cdp_session(page)

    def send(type: str, *points: tuple[float, float]) -> None:
        session.send("Input.dispatchTouchEvent", {"type": type, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", start)
    for step in range(1, 11):
        x, y = (a + (b - a) * step / 10 for a, b in zip(start, end, strict=True))
        send("touchMove", (x, y))
    page.wait_for_timeout(100)  # lifted in flight, it would be a fling, and the browser takes the next tap for its end
    send("touchMove", end)
    send("touchEnd")
    session.detach()


def test_a_finger_drags_a_layer_from_the_palette_and_moves_it(tablet: Page, server: Server) -> None:
    id = hand.open_build(tablet, server, example("digits-cnn"))
    hand.search(tablet, "Dropout")
    touch(tablet, hand.middle(hand.entry(tablet, "Dropout")), hand.pane(tablet))
    expect(hand.node(tablet, "dropout2")).to_be_visible()
    before = hand.place(hand.kept(tablet, server, id), "dropout2")
    x, y = hand.head(tablet, "dropout2")
    touch(tablet, (x, y), (x - 40, y + 50))
    after = until(lambda: (place := hand.place(server.kept(id), "dropout2")) != before and place)
    assert after[0] < before[0]
    assert after[1] > before[1]


def test_a_finger_draws_a_wire_and_moves_the_view(tablet: Page, server: Server) -> None:
    id = hand.open_build(tablet, server, chain("Input", "Flatten", ends=False))
    before = hand.box(hand.node(tablet, "flatten1"))
    x, y = hand.pane(tablet)
    touch(tablet, (x, y), (x - 30, y + 60))
    until(lambda: hand.box(hand.node(tablet, "flatten1"))["y"] > before["y"] + 30)
    touch(tablet, hand.middle(hand.port(tablet, "flatten1", "out")), hand.pane(tablet))
    option = tablet.get_by_role("dialog").locator("[data-layer=Linear]")
    expect(option).to_contain_text("64")  # it stands still now
    option.tap()
    hand.expect_shape(tablet, "linear1", "64")
    assert "flatten1>linear1" in edges(hand.kept(tablet, server, id))


def test_a_finger_that_stays_opens_the_menu(tablet: Page, server: Server) -> None:
    id = hand.open_build(tablet, server, example("digits-cnn"))
    session = tablet.context.new_cdp_session(tablet)
    x, y = hand.head(tablet, "conv2")
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(hand.command(tablet, "disable")).to_be_visible()
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    hand.command(tablet, "disable").tap()
    expect(hand.node(tablet, "conv2")).to_have_attribute("data-state", "off")
    node = hand.kept(tablet, server, id).graph.node("conv2")
    assert node
    assert node.disabled

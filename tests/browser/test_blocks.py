"""The blocks of the palette, ready ones and a person's own: by mouse, by keyboard, on the canvas and in the outline."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from builder.blocks import OwnBlocks
from builder.core.ids import new_id
from builder.graph.document import Document
from tests.browser import acts, hand
from tests.browser.acts import part
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.browser.test_accessibility import AXE, findings
from tests.documents import chain, edges, edited


@pytest.fixture(autouse=True)
def own(server: Server) -> Iterator[OwnBlocks]:
    """The server's palette, empty after each test."""
    blocks = OwnBlocks(server.home)
    yield blocks
    for template in blocks.list().templates:
        blocks.delete(template.key)


def grouped() -> Document:
    document = chain(("Conv2d", {"out_channels": 4}), "ReLU", "Flatten", ("Linear", {"out_features": 10}))
    return edited(document, {"op": "group", "nodes": ["conv1", "relu1"], "id": "stem"})


def find(page: Page, name: str, key: str) -> Locator:
    """A block in the palette, by its name."""
    page.get_by_role("searchbox").first.fill(name)
    entry = hand.entry(page, key)
    expect(entry).to_be_visible()
    return entry


def names(own: OwnBlocks) -> list[str]:
    return [template.name for template in own.list().templates]


def channels(document: Document, id: str) -> list[object]:
    """The channels of the convolutions in a block."""
    node = document.graph.node(id)
    assert node
    assert node.graph
    return [inner.params["out_channels"] for inner in node.graph.nodes if inner.type == "Conv2d"]


def test_a_ready_block_is_dragged_onto_a_wire_in_its_sizes(page: Page, server: Server, cnn: str) -> None:
    entry = find(page, "bottleneck", "ready/bottleneck")
    hand.drag(page, hand.middle(entry), hand.wire(page, "conv1", "relu1"), drop=False)
    ghost = page.locator("[data-ghost]")
    expect(ghost).to_contain_text("ResidualBottleneck")
    expect(ghost).to_contain_text("64x4x4")
    page.mouse.up()
    hand.expect_shape(page, "residualbottleneck1", "64x4x4")
    document = hand.kept(page, server, cnn)
    assert {"conv1>residualbottleneck1", "residualbottleneck1>relu1"} <= set(edges(document))
    assert channels(document, "residualbottleneck1") == [16, 16, 64, 64]
    hand.choose(page, "residualbottleneck1")
    page.keyboard.press("Shift+F")
    expect(hand.node(page, "residualbottleneck1/conv2")).to_be_visible()
    hand.undo(page)
    expect(hand.node(page, "residualbottleneck1")).to_have_count(0)


def test_a_ready_block_takes_the_place_of_a_layer(page: Page, server: Server, cnn: str) -> None:
    before = edges(server.kept(cnn))
    hand.drag(page, hand.middle(find(page, "senet", "ready/squeeze-excite")), hand.middle(hand.node(page, "relu1")))
    expect(hand.node(page, "relu1")).to_contain_text("Block")
    hand.expect_shape(page, "relu1", "32x8x8")
    document = hand.kept(page, server, cnn)
    assert channels(document, "relu1") == [4, 32]
    assert edges(document) == before


def test_a_ready_block_stands_on_the_empty_canvas(page: Page, server: Server, cnn: str) -> None:
    hand.drag(page, hand.middle(find(page, "unet", "ready/double-conv")), hand.pane(page))
    expect(hand.node(page, "doubleconv1")).to_be_visible()
    document = hand.kept(page, server, cnn)
    assert channels(document, "doubleconv1") == [128, 128]  # nothing is known of what will enter
    assert not document.graph.into("doubleconv1")


def test_a_ready_block_by_keyboard_alone(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "relu1")
    page.keyboard.press("Insert")
    page.keyboard.type("skip residual basic")
    option = page.get_by_role("listbox", name="Layers for this place").get_by_role("option").first
    expect(option).to_contain_text("32x8x8")
    page.keyboard.press("Enter")
    hand.expect_shape(page, "residual1", "32x8x8")
    assert "relu1>residual1" in edges(hand.kept(page, server, cnn))


def test_why_a_block_does_not_fit_is_said_before_it_is_put(page: Page, server: Server) -> None:
    hand.open_build(page, server, chain("Flatten", ("Linear", {"out_features": 10})))
    entry = find(page, "inception", "ready/inception")
    hand.drag(page, hand.middle(entry), hand.wire(page, "flatten1", "linear1"), drop=False)
    ghost = page.locator("[data-ghost]")
    expect(ghost).to_have_attribute("data-fits", "false")
    expect(ghost).to_contain_text("Inception: Conv2d")
    page.keyboard.press("Escape")
    page.mouse.up()


def test_a_block_is_saved_named_used_elsewhere_and_deleted(page: Page, server: Server, own: OwnBlocks) -> None:
    document = chain(("Conv2d", {"out_channels": 4}), "ReLU", "Flatten", ("Linear", {"out_features": 10}))
    hand.open_build(page, server, document)
    hand.choose(page, "conv1")
    hand.also(page, "relu1")
    page.keyboard.press("Control+g")
    expect(hand.node(page, "block1")).to_be_visible()
    page.keyboard.press("Shift+B")
    name = page.get_by_role("textbox", name="Name of this block")
    expect(name).to_be_focused()
    page.keyboard.type("Eyes of mine")
    page.keyboard.press("Enter")
    expect(name).to_have_count(0)
    assert names(own) == ["Eyes of mine"]
    [template] = own.list().templates

    id = hand.open_build(page, server, chain("Flatten", ("Linear", {"out_features": 10})))  # another network
    entry = find(page, "eyes", template.key)
    hand.drag(page, hand.middle(entry), hand.wire(page, "input", "flatten1"), drop=False)
    expect(page.locator("[data-ghost]")).to_contain_text("4x8x8")
    page.mouse.up()
    hand.expect_shape(page, "eyes of mine1", "4x8x8")
    assert channels(hand.kept(page, server, id), "eyes of mine1") == [4]
    page.keyboard.press("Control+Shift+G")
    hand.expect_shape(page, "conv1", "4x8x8")

    entry = find(page, "eyes", template.key)
    entry.focus()
    page.keyboard.press("F2")
    page.keyboard.type("Looks")
    page.keyboard.press("Enter")
    page.get_by_role("searchbox").first.fill("")
    expect(hand.entry(page, template.key)).to_contain_text("Looks")
    assert names(own) == ["Looks"]

    hand.entry(page, template.key).focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(hand.entry(page, template.key)).to_be_focused()
    assert names(own) == ["Looks"]
    page.keyboard.press("Delete")
    page.get_by_role("group", name="Delete").get_by_role("button", name="Delete").click()
    expect(hand.entry(page, template.key)).to_have_count(0)
    assert names(own) == []
    hand.expect_shape(page, "conv1", "4x8x8")  # the network keeps its copy


def test_the_menu_of_a_saved_block(page: Page, server: Server, own: OwnBlocks) -> None:
    node = grouped().graph.node("stem")
    assert node
    own.save(node, "stem")
    [template] = own.list().templates
    hand.open_build(page, server, grouped())
    entry = hand.entry(page, template.key)
    entry.scroll_into_view_if_needed()
    entry.hover()
    page.get_by_role("button", name="What can be done with stem").click()
    page.get_by_role("menuitem", name="Rename").click()
    page.keyboard.type("trunk")
    page.keyboard.press("Enter")
    expect(entry).to_contain_text("trunk")
    hand.choose(page, "stem")
    hand.node(page, "stem").click(button="right", position={"x": 20, "y": 12})
    hand.command(page, "keep").click()
    expect(page.get_by_role("textbox", name="Name of this block")).to_be_focused()
    page.keyboard.press("Escape")
    acts.until(lambda: names(own) == ["stem", "trunk"])


def test_what_is_no_block_is_not_saved(page: Page, cnn: str, own: OwnBlocks) -> None:
    hand.choose(page, "conv1")
    page.keyboard.press("Shift+B")
    expect(page.get_by_text("Select one block first.").first).to_be_attached()
    assert names(own) == []


def test_a_damaged_file_is_told_of_and_the_rest_can_be_used(page: Page, server: Server, own: OwnBlocks) -> None:
    node = grouped().graph.node("stem")
    assert node
    own.save(node, "stem")
    [template] = own.list().templates
    damaged = server.home / "blocks" / f"{new_id()}.json"
    damaged.write_bytes(b"{")
    hand.open_build(page, server, grouped())
    expect(hand.canvas(page).get_by_text("cannot be used").first).to_be_attached()
    expect(hand.entry(page, template.key)).to_be_attached()
    damaged.unlink()


def test_blocks_in_the_outline(page: Page, server: Server, own: OwnBlocks) -> None:
    id = server.keep(grouped())
    acts.go(page, f"/build?network={id}&view=outline")
    acts.choose(page, "stem")
    acts.add(page, "resnet basic", "Residual")
    expect(acts.shape(page, "residual1")).to_have_text("4x8x8")
    assert channels(server.kept(id), "residual1") == [4, 4]
    acts.choose(page, "stem")
    part(page, "tool:keep").get_by_role("button").click()
    expect(page.get_by_text("stem is in the palette now").first).to_be_visible()
    [template] = own.list().templates
    part(page, "add-layer").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").first.fill("yours")
    expect(dialog.get_by_role("button", name="Linear", exact=True)).to_be_hidden()  # before anything else is typed
    part(page, f"own:{template.key}").get_by_role("button").click()
    acts.fill(page.get_by_label("Name of this block"), "trunk")
    acts.until(lambda: names(own) == ["trunk"])
    dialog.get_by_role("button", name="trunk", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(acts.shape(page, "trunk1")).to_have_text("4x8x8")
    part(page, "add-layer").get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("textbox").first.fill("trunk")
    part(page, f"own:{template.key}").get_by_role("button").click()
    part(page, f"own-delete:{template.key}").get_by_role("button").click()
    acts.until(lambda: names(own) == [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_palette_with_blocks_has_no_serious_finding(
    visit: Visit, server: Server, own: OwnBlocks, scheme: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed")
    node = grouped().graph.node("stem")
    assert node
    own.save(node, "stem")
    [template] = own.list().templates
    page = visit(server, color_scheme=scheme)
    hand.open_build(page, server, grouped())
    entry = hand.entry(page, template.key)
    entry.scroll_into_view_if_needed()
    entry.focus()
    page.keyboard.press("Delete")
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    assert findings(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("F2")
    expect(page.get_by_role("textbox", name="Name of this block")).to_be_focused()
    assert findings(page) == []

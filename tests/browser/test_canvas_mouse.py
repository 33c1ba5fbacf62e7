"""What the hand can do on the canvas with a mouse."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from builder.graph.document import Document
from tests.browser import hand
from tests.browser.acts import DIGITS, go, part, until, wait_for_step
from tests.browser.server import Server
from tests.documents import chain, edges
from tests.trained import example

MNIST = [
    ("Conv2d", {"out_channels": "32", "kernel_size": "3"}),
    ("ReLU", {}),
    ("MaxPool2d", {"kernel_size": "2"}),
    ("Conv2d", {"out_channels": "64", "kernel_size": "3"}),
    ("ReLU", {}),
    ("MaxPool2d", {"kernel_size": "2"}),
    ("Flatten", {}),
    ("Linear", {"out_features": "128"}),
    ("ReLU", {}),
    ("Linear", {"out_features": "10"}),
]
TYPES = ["Input", *(type for type, _ in MNIST), "Output"]


@pytest.fixture
def cnn(page: Page, server: Server) -> str:
    """The canvas shows a network of its own for digits; its id."""
    return hand.open_build(page, server, example("digits-cnn"))


def pane(page: Page) -> tuple[float, float]:
    """A free place of the surface: right of the stack."""
    box = hand.box(page.locator(".react-flow__pane").first)
    return box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.5


def wire(page: Page, source: str, target: str) -> tuple[float, float]:
    """The middle of a wire on the screen."""
    x1, y1 = hand.middle(hand.port(page, source, "out"))
    x2, y2 = hand.middle(hand.port(page, target, "in"))
    return (x1 + x2) / 2, (y1 + y2) / 2


def search(page: Page, layer: str) -> None:
    """Find a layer in the palette."""
    page.get_by_role("searchbox").first.fill(layer)
    expect(hand.entry(page, layer)).to_be_visible()


def turn(page: Page, field: Locator, wanted: int) -> None:
    """Bring a number to a value by the wheel alone: a notch is one, with Shift ten."""
    field.click()
    page.mouse.move(*hand.middle(field))
    while (gap := wanted - int(field.input_value())) != 0:
        before = field.input_value()
        if abs(gap) >= 10:
            page.keyboard.down("Shift")
        page.mouse.wheel(0, -100 if gap > 0 else 100)
        page.keyboard.up("Shift")
        expect(field).not_to_have_value(before)


def test_a_layer_is_dragged_onto_the_empty_canvas(page: Page, server: Server, cnn: str) -> None:
    search(page, "Dropout")
    hand.drag(page, hand.middle(hand.entry(page, "Dropout")), pane(page))
    expect(hand.node(page, "dropout1")).to_be_visible()
    document = hand.kept(page, server, cnn)
    node = document.graph.node("dropout1")
    assert node
    assert node.position
    assert not document.graph.into("dropout1")


def test_a_layer_is_dragged_onto_a_wire(page: Page, server: Server, cnn: str) -> None:
    search(page, "BatchNorm2d")
    hand.drag(page, hand.middle(hand.entry(page, "BatchNorm2d")), wire(page, "conv1", "relu1"), drop=False)
    expect(page.locator("[data-ghost]")).to_contain_text("32x8x8")
    page.mouse.up()
    hand.expect_shape(page, "batchnorm1", "32x8x8")
    assert {"conv1>batchnorm1", "batchnorm1>relu1"} <= set(edges(hand.kept(page, server, cnn)))


def test_the_ghost_says_why_a_layer_cannot_stand_there(page: Page, server: Server, cnn: str) -> None:
    search(page, "LSTM")
    hand.drag(page, hand.middle(hand.entry(page, "LSTM")), wire(page, "conv1", "relu1"), drop=False)
    ghost = page.locator("[data-ghost]")
    expect(ghost).to_have_attribute("data-fits", "false")
    expect(ghost).to_contain_text("LSTM")
    expect(ghost).to_contain_text("32x8x8")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(ghost).to_have_count(0)
    assert server.kept(cnn) == example("digits-cnn")


def test_a_layer_dragged_onto_a_node_replaces_it(page: Page, server: Server, cnn: str) -> None:
    before = edges(server.kept(cnn))
    search(page, "GELU")
    hand.drag(page, hand.middle(hand.entry(page, "GELU")), hand.middle(hand.node(page, "relu1")))
    expect(hand.node(page, "relu1")).to_contain_text("GELU")
    document = hand.kept(page, server, cnn)
    assert document.graph.node("relu1").type == "GELU"  # type: ignore[union-attr]
    assert edges(document) == before


def test_a_layer_dropped_below_the_end_of_a_stack_joins_itself(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, chain("Input", "Flatten", ends=False))
    search(page, "Linear")
    box = hand.box(hand.node(page, "flatten1"))
    hand.drag(
        page, hand.middle(hand.entry(page, "Linear")), (box["x"] + box["width"] / 2, box["y"] + box["height"] + 60)
    )
    hand.expect_shape(page, "linear1", "128")
    assert "flatten1>linear1" in edges(hand.kept(page, server, id))


def test_a_click_in_the_palette_adds_behind_the_selected_layer(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "relu1")
    search(page, "Dropout")
    hand.entry(page, "Dropout").click()
    hand.expect_shape(page, "dropout1", "32x8x8")
    assert "relu1>dropout1" in edges(hand.kept(page, server, cnn))


def test_a_wire_is_dragged_and_unfitting_ports_say_why(page: Page, server: Server) -> None:
    document = chain(("Conv2d", {"out_channels": 1}), "ReLU", "Flatten", ("Linear", {"out_features": 10}))
    id = hand.open_build(page, server, document)
    hand.choose(page, "relu1")
    search(page, "Add")
    hand.entry(page, "Add").click()
    expect(hand.node(page, "add1")).to_have_attribute("data-state", "error")
    start = hand.middle(hand.port(page, "input", "out"))
    hand.drag(page, start, hand.middle(hand.node(page, "conv1")), drop=False)
    expect(hand.port(page, "add1", "x")).to_have_attribute("data-fits", "true")
    expect(hand.port(page, "linear1", "in")).to_have_attribute("data-fits", "false")
    page.mouse.move(*hand.middle(hand.port(page, "linear1", "in")), steps=5)
    expect(page.get_by_text(re.compile("needs feature|Linear .* needs")).first).to_be_visible()
    page.mouse.move(*hand.middle(hand.port(page, "add1", "x")), steps=5)
    page.mouse.up()
    hand.expect_shape(page, "add1", "1x8x8")
    assert {"relu1>add1", "input>add1"} <= set(edges(hand.kept(page, server, id)))


def test_a_wire_dropped_on_empty_canvas_offers_what_fits(page: Page, server: Server, cnn: str) -> None:
    hand.drag(page, hand.middle(hand.port(page, "relu2", "out")), pane(page))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.locator("[data-layer='AvgPool2d']").click()
    expect(dialog).to_have_count(0)
    expect(hand.node(page, "avgpool1")).to_be_visible()
    assert "relu2>avgpool1" in edges(hand.kept(page, server, cnn))


def test_a_wire_is_selected_and_deleted(page: Page, server: Server, cnn: str) -> None:
    page.mouse.click(*wire(page, "conv1", "relu1"))
    page.keyboard.press("Delete")
    expect(hand.node(page, "relu1")).to_have_attribute("data-state", "error")
    assert "conv1>relu1" not in edges(hand.kept(page, server, cnn))
    hand.node(page, "relu1").get_by_role("button", name=re.compile("Connect")).first.click()
    hand.expect_shape(page, "relu1", "32x8x8")


def test_a_node_shows_what_it_is_and_costs(page: Page, cnn: str) -> None:
    node = hand.node(page, "conv1")
    for words in ("conv1", "Conv2d", "32x8x8", "320"):
        expect(node).to_contain_text(words)
    expect(node.locator("[title*='channel']").first).to_be_visible()
    expect(node).to_have_attribute("data-state", "ok")


def test_a_problem_is_mended_on_its_node(page: Page, server: Server, cnn: str) -> None:
    hand.write(page, "linear2" if hand.node(page, "linear2").count() else "linear1", "out_features", 7)
    broken = page.locator("[data-node][data-state=error]").first
    expect(broken).to_contain_text("10")
    broken.get_by_role("button").filter(has_text=re.compile("Set|Insert")).first.click()
    expect(page.locator("[data-node][data-state=error]")).to_have_count(0)
    hand.expect_checked(page)


def test_an_invalid_value_says_why_and_is_never_lost(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "conv1")
    field = hand.field(page, "out_channels")
    field.fill("0")
    expect(page.locator("[data-param=out_channels]")).to_contain_text(re.compile("least|1"))
    hand.choose(page, "relu1")
    hand.choose(page, "conv1")
    expect(field).to_have_value("0")
    field.fill("12")
    hand.expect_shape(page, "conv1", "12x8x8")
    field.press("ArrowUp")
    hand.expect_shape(page, "conv1", "13x8x8")
    field.press("Shift+ArrowUp")
    hand.expect_shape(page, "conv1", "23x8x8")
    page.mouse.move(*hand.middle(field))
    page.mouse.wheel(0, -100)
    hand.expect_shape(page, "conv1", "24x8x8")


def test_several_layers_are_configured_at_once(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "conv1")
    hand.node(page, "conv2").click(position={"x": 20, "y": 12}, modifiers=["Shift"])
    hand.field(page, "out_channels").fill("9")
    hand.expect_shape(page, "conv1", "9x8x8")
    hand.expect_shape(page, "conv2", "9x8x8")
    hand.tool(page, "undo").click()
    hand.expect_shape(page, "conv1", "32x8x8")
    hand.expect_shape(page, "conv2", "64x8x8")


def test_a_box_selects_and_a_drag_moves(page: Page, server: Server, cnn: str) -> None:
    first, second = hand.box(hand.node(page, "conv1")), hand.box(hand.node(page, "relu1"))
    page.keyboard.down("Shift")
    hand.drag(
        page, (first["x"] - 30, first["y"] - 6), (second["x"] + second["width"] + 30, second["y"] + second["height"])
    )
    page.keyboard.up("Shift")
    for name in ("conv1", "relu1"):
        expect(hand.node(page, name)).to_have_attribute("data-selected", "true")
    x, y = first["x"] + 20, first["y"] + 12
    hand.drag(page, (x, y), (x + 160, y + 10))
    document = hand.kept(page, server, cnn)
    old = {node.id: node.position for node in example("digits-cnn").graph.nodes}
    new = {node.id: node.position for node in document.graph.nodes}
    assert {id for id in new if new[id] != old[id]} >= {"conv1", "relu1"}
    hand.tool(page, "undo").click()
    until(lambda: {n.id: n.position for n in server.kept(cnn).graph.nodes} == old)


def test_copies_go_between_networks_as_text(page: Page, server: Server, cnn: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hand.choose(page, "conv1")
    hand.node(page, "relu1").click(position={"x": 20, "y": 12}, modifiers=["Shift"])
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


def test_duplicate_delete_disable_and_group(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "relu1")
    page.keyboard.press("Control+d")
    expect(hand.node(page, "relu3")).to_be_visible()
    page.keyboard.press("Delete")
    expect(hand.node(page, "relu3")).to_have_count(0)
    hand.choose(page, "conv2")
    hand.tool(page, "disable").click()
    expect(hand.node(page, "conv2")).to_have_attribute("data-state", "off")
    hand.expect_shape(page, "relu2", "32x8x8")
    hand.tool(page, "disable").click()
    hand.expect_shape(page, "relu2", "64x8x8")
    hand.node(page, "relu2").click(position={"x": 20, "y": 12}, modifiers=["Shift"])
    hand.tool(page, "group").click()
    hand.expect_shape(page, "block1", "64x8x8")
    expect(hand.node(page, "conv2")).to_have_count(0)
    page.keyboard.press("f")
    expect(hand.node(page, "block1/conv2")).to_be_visible()
    hand.expect_shape(page, "block1/conv2", "64x8x8")
    hand.choose(page, "block1")
    hand.tool(page, "ungroup").click()
    hand.expect_shape(page, "conv2", "64x8x8")
    assert edges(hand.kept(page, server, cnn)) == edges(example("digits-cnn"))


def test_a_block_repeats(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, chain(("Conv2d", {"out_channels": 1}), "ReLU", "Flatten", "Linear"))
    hand.choose(page, "conv1")
    hand.node(page, "relu1").click(position={"x": 20, "y": 12}, modifiers=["Shift"])
    hand.tool(page, "group").click()
    hand.choose(page, "block1")
    hand.field(page, "repeat").fill("6")
    expect(hand.node(page, "block1")).to_contain_text("x6")
    expect(hand.node(page, "block1")).to_contain_text("60")  # ten numbers a copy
    node = hand.kept(page, server, id).graph.node("block1")
    assert node
    assert node.params == {"repeat": 6}


def test_a_note_is_written_and_kept(page: Page, server: Server, cnn: str) -> None:
    hand.tool(page, "note").click()
    page.locator("[data-note] textarea").first.fill("look <b>here</b>")
    page.locator(".react-flow__pane").first.click(position={"x": 8, "y": 8})
    expect(page.locator("[data-note]")).to_contain_text("look <b>here</b>")
    assert [note.text for note in hand.kept(page, server, cnn).graph.notes] == ["look <b>here</b>"]


def test_tidy_zoom_fit_and_full_screen(page: Page, server: Server, cnn: str) -> None:
    hand.tool(page, "full").click()
    size = page.viewport_size
    assert size
    until(lambda: hand.box(hand.canvas(page))["width"] == size["width"])
    for name in ("tidy", "zoom_in", "zoom_out", "fit", "minimap", "snap"):
        hand.tool(page, name).click()
    hand.tool(page, "full").click()
    until(lambda: hand.box(hand.canvas(page))["width"] < size["width"])
    hand.expect_checked(page)


def test_files_and_examples_open_by_dropping(page: Page, server: Server, cnn: str) -> None:
    page.get_by_role("searchbox").first.fill("xor")
    entry = page.locator("[data-example='xor-mlp']").first
    hand.drag(page, hand.middle(entry), pane(page))
    expect(page).not_to_have_url(re.compile(cnn))
    hand.expect_checked(page)
    expect(hand.canvas(page)).to_contain_text("linear1")
    opened = re.search(r"network=([\w-]+)", page.url)
    assert opened
    assert server.kept(opened[1]).graph == example("xor-mlp").graph


def test_a_picture_is_taken(page: Page, cnn: str) -> None:
    for kind, head in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        hand.tool(page, "picture").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=re.compile(kind)).click()
        content = download.value.path().read_bytes()
        assert content.startswith(head)


def test_a_share_link_opens_the_same_network_elsewhere(page: Page, server: Server, cnn: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hand.tool(page, "share").click()
    link = until(lambda: page.evaluate("() => navigator.clipboard.readText()"))
    assert link.startswith(server.url)
    go(page, link)
    expect(page).not_to_have_url(re.compile("share="))
    hand.expect_checked(page)
    opened = re.search(r"network=([\w-]+)", page.url)
    assert opened
    assert opened[1] != cnn
    assert server.kept(opened[1]) == server.kept(cnn)


def test_canvas_and_outline_show_what_the_other_did(page: Page, server: Server) -> None:
    id = server.keep(example("digits-cnn"))
    go(page, f"/build?network={id}&view=both")
    hand.expect_checked(page)
    hand.write(page, "conv1", "out_channels", 14)
    expect(part(page, "outline")).to_contain_text("14x8x8")
    part(page, "row:relu1").get_by_role("button").click()
    expect(hand.node(page, "relu1")).to_have_attribute("data-selected", "true")
    part(page, "outline-tools").get_by_role("button", name=re.compile("^Duplicate")).click()
    hand.expect_shape(page, "relu3", "14x8x8")
    assert [n.id for n in hand.kept(page, server, id).graph.nodes][:4] == [*DIGITS[:3], "relu3"]


def test_mnist_cnn_is_built_and_trained_by_mouse_alone(page: Page, server: Server, real_data: object) -> None:
    if not real_data:
        pytest.skip("needs MNIST: set NETBUILDER_DATASETS")
    id = hand.open_build(page, server, Document(title="By mouse", data={"source": "mnist"}, recipe={"epochs": 1}))
    expect(hand.canvas(page)).to_contain_text("Input")
    for layer in TYPES:
        hand.entry(page, layer).scroll_into_view_if_needed()
        hand.entry(page, layer).click()
    expect(page.locator("[data-node]")).to_have_count(len(TYPES))
    counts: dict[str, int] = {}
    for layer, values in MNIST:
        stem = {"Conv2d": "conv", "MaxPool2d": "maxpool"}.get(layer, layer.lower())
        counts[stem] = counts.get(stem, 0) + 1
        for name, value in values.items():
            hand.choose(page, f"{stem}{counts[stem]}")
            turn(page, hand.field(page, name), int(value))
    assert hand.chain(hand.kept(page, server, id)) == TYPES
    expect(page.locator("[data-node][data-state=error]")).to_have_count(0)
    part(page, "to-train").get_by_role("button").click()
    part(page, "start").get_by_role("button").click()
    wait_for_step(page, 5)

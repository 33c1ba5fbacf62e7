"""What the hand can do on the canvas with a mouse: layers, wires, settings."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from builder.graph.document import Document
from tests.browser import hand
from tests.browser.acts import part, wait_for_step
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
    hand.search(page, "Dropout")
    hand.drag(page, hand.middle(hand.entry(page, "Dropout")), hand.pane(page))
    expect(hand.node(page, "dropout2")).to_be_visible()
    document = hand.kept(page, server, cnn)
    node = document.graph.node("dropout2")
    assert node
    assert node.position
    assert not document.graph.into("dropout2")
    hand.undo(page)
    assert server.kept(cnn) == example("digits-cnn")


def test_a_layer_is_dragged_onto_a_wire(page: Page, server: Server, cnn: str) -> None:
    hand.search(page, "BatchNorm2d")
    hand.drag(page, hand.middle(hand.entry(page, "BatchNorm2d")), hand.wire(page, "conv1", "relu1"), drop=False)
    expect(page.locator("[data-ghost]")).to_contain_text("32x8x8")
    page.mouse.up()
    hand.expect_shape(page, "batchnorm1", "32x8x8")
    assert {"conv1>batchnorm1", "batchnorm1>relu1"} <= set(edges(hand.kept(page, server, cnn)))


def test_the_ghost_says_why_a_layer_cannot_stand_there(page: Page, server: Server, cnn: str) -> None:
    hand.search(page, "LSTM")
    hand.drag(page, hand.middle(hand.entry(page, "LSTM")), hand.wire(page, "conv1", "relu1"), drop=False)
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
    hand.search(page, "GELU")
    hand.drag(page, hand.middle(hand.entry(page, "GELU")), hand.middle(hand.node(page, "relu1")))
    expect(hand.node(page, "relu1")).to_contain_text("GELU")
    document = hand.kept(page, server, cnn)
    assert document.graph.node("relu1").type == "GELU"  # type: ignore[union-attr]
    assert edges(document) == before
    hand.undo(page)
    expect(hand.node(page, "relu1")).to_contain_text("ReLU")


def test_a_layer_dropped_below_the_end_of_a_stack_joins_itself(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, chain("Input", "Flatten", ends=False))
    hand.search(page, "Linear")
    box = hand.box(hand.node(page, "flatten1"))
    hand.drag(
        page, hand.middle(hand.entry(page, "Linear")), (box["x"] + box["width"] / 2, box["y"] + box["height"] + 60)
    )
    hand.expect_shape(page, "linear1", "64")
    assert "flatten1>linear1" in edges(hand.kept(page, server, id))


def test_a_click_in_the_palette_adds_behind_the_selected_layer(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "relu1")
    hand.search(page, "Dropout")
    hand.entry(page, "Dropout").click()
    hand.expect_shape(page, "dropout2", "32x8x8")
    assert "relu1>dropout2" in edges(hand.kept(page, server, cnn))


def test_a_wire_is_dragged_and_unfitting_ports_say_why(page: Page, server: Server) -> None:
    document = chain(("Conv2d", {"out_channels": 1}), "ReLU", "Flatten", ("Linear", {"out_features": 10}))
    id = hand.open_build(page, server, document)
    hand.choose(page, "relu1")
    hand.search(page, "Add")
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
    hand.drag(page, hand.middle(hand.port(page, "relu2", "out")), hand.pane(page))
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.locator("[data-layer='AvgPool2d']").click()
    expect(dialog).to_have_count(0)
    expect(hand.node(page, "avgpool1")).to_be_visible()
    assert "relu2>avgpool1" in edges(hand.kept(page, server, cnn))


def test_escape_gives_a_wire_up_while_it_is_drawn(page: Page, server: Server, cnn: str) -> None:
    start = hand.middle(hand.port(page, "conv1", "out"))
    for place in (hand.middle(hand.port(page, "conv2", "in")), hand.pane(page)):
        hand.drag(page, start, place, drop=False)
        expect(page.locator(".react-flow__connection")).to_be_attached()
        page.keyboard.press("Escape")
        expect(page.locator(".react-flow__connection")).to_have_count(0)
        expect(hand.port(page, "conv2", "in")).not_to_have_attribute("data-fits", "true")
        page.mouse.up()
        page.mouse.move(*hand.pane(page))
    hand.expect_checked(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert server.kept(cnn) == example("digits-cnn")
    hand.drag(page, start, hand.pane(page))  # the next one is drawn as ever
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_end_of_a_wire_is_drawn_to_another_layer(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, chain(("Conv2d", {"out_channels": 1}), "ReLU", "Flatten", "Linear"))
    before = server.kept(id)
    x, y = hand.middle(hand.port(page, "relu1", "in"))
    hand.drag(page, (x, y - 19), hand.middle(hand.port(page, "flatten1", "in")))  # above the port, on the wire
    hand.expect_shape(page, "flatten1", "64")
    after = set(edges(hand.kept(page, server, id)))
    assert after == {*edges(before), "conv1>flatten1"} - {"conv1>relu1", "relu1>flatten1"}
    hand.undo(page)
    assert server.kept(id) == before


def test_favourites_and_recent_layers_come_first_and_stay(page: Page, server: Server, cnn: str) -> None:
    hand.search(page, "Mish")
    page.get_by_role("button", name="Mish as a favourite").first.click()
    hand.search(page, "Tanh")
    hand.entry(page, "Tanh").click()
    expect(hand.node(page, "tanh1")).to_be_visible()
    hand.expect_checked(page)
    palette = page.locator("[data-panel=palette]")
    for _visit in range(2):
        page.get_by_role("searchbox").first.fill("")
        sections = palette.get_by_role("heading", level=3)
        expect(sections.nth(0)).to_contain_text("Favourites")
        expect(sections.nth(1)).to_contain_text("Recent")
        expect(palette.locator("[data-layer]").nth(0)).to_have_attribute("data-layer", "Mish")
        expect(palette.locator("[data-layer]").nth(1)).to_have_attribute("data-layer", "Tanh")
        page.reload()
        hand.expect_checked(page)


def test_a_layer_is_replaced_by_one_from_the_list(page: Page, server: Server, cnn: str) -> None:
    hand.node(page, "relu1").click(button="right")
    hand.command(page, "replace").click()
    page.get_by_role("combobox", name="Search layers").fill("gelu")
    page.get_by_role("dialog").locator("[data-layer=GELU]").click()
    expect(hand.node(page, "relu1")).to_contain_text("GELU")
    hand.expect_shape(page, "relu1", "32x8x8")
    document = hand.kept(page, server, cnn)
    assert edges(document) == edges(example("digits-cnn"))
    hand.undo(page)
    assert server.kept(cnn) == example("digits-cnn")


def test_a_wire_is_selected_and_deleted(page: Page, server: Server, cnn: str) -> None:
    page.mouse.click(*hand.wire(page, "conv1", "relu1"))
    page.keyboard.press("Delete")
    expect(hand.node(page, "relu1")).to_have_attribute("data-state", "error")
    assert "conv1>relu1" not in edges(hand.kept(page, server, cnn))
    hand.node(page, "relu1").get_by_role("button", name=re.compile("Connect")).first.click()
    hand.expect_shape(page, "relu1", "32x8x8")


def test_a_node_shows_what_it_is_and_costs(page: Page, cnn: str) -> None:
    page.mouse.move(*hand.pane(page))
    hand.tool(page, "zoom_in").click(click_count=4)  # from afar a layer shows its name and shape alone
    node = hand.node(page, "conv1")
    for words in ("conv1", "Conv2d", "32x8x8", "320"):
        expect(node).to_contain_text(words)
    expect(node.locator("[title='channel x height x width']")).to_have_text("32x8x8")
    expect(node.locator("[title*='out_channels = 32']")).to_be_visible()
    expect(node.locator("[title$='% of the computation'] i")).to_be_attached()
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


def test_each_setting_is_configured_as_its_kind_asks(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "conv1")
    inspector = page.locator("[data-panel=inspector]")
    inspector.get_by_role("switch").click()
    expect(hand.node(page, "conv1")).to_have_accessible_name(re.compile("288 parameters"))
    kernel = page.locator("[data-param=kernel_size]")
    kernel.get_by_role("button").first.click()
    kernel.locator("input").last.fill("5")
    expect(hand.node(page, "conv1")).to_have_accessible_name(re.compile("480 parameters"))
    assert hand.kept(page, server, cnn).graph.node("conv1").params["kernel_size"] == [3, 5]  # type: ignore[union-attr]
    expect(inspector).to_contain_text("Slide learned windows over an image.")
    expect(inspector).to_contain_text("H' = ⌊(H + 2")
    link = inspector.get_by_role("link", name=re.compile("Documentation"))
    expect(link).to_have_attribute("href", re.compile("^https://docs.pytorch.org/.*Conv2d"))
    hand.undo(page)
    hand.undo(page)
    assert server.kept(cnn) == example("digits-cnn")


def test_a_setting_with_choices_offers_them(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, example("sentiment-lstm"))
    layer = next(node.id for node in server.kept(id).graph.nodes if node.type == "LSTM")
    hand.choose(page, layer)
    choice = page.locator("[data-param=returns]")
    choice.get_by_role("radio", name="sequence").or_(choice.get_by_role("option", name="sequence")).first.click()
    expect(hand.node(page, layer)).to_have_attribute("data-shape", re.compile(r"^\d+x\d+$"))
    assert hand.kept(page, server, id).graph.node(layer).params["returns"] == "sequence"  # type: ignore[union-attr]


def test_an_entry_of_the_palette_tells_what_the_layer_does(page: Page, cnn: str) -> None:
    hand.search(page, "Flatten")
    entry = hand.entry(page, "Flatten")
    expect(entry).to_contain_text("Lay all numbers of a sample out in one row.")
    expect(entry.locator(".nb-glyph")).to_have_text("Fl")
    entry.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("->")


def test_mnist_cnn_is_built_and_trained_by_mouse_alone(page: Page, server: Server, real_data: object) -> None:
    if not real_data:
        pytest.skip("needs MNIST: set NETBUILDER_DATASETS")
    id = hand.open_build(page, server, Document(title="By mouse", data={"source": "mnist"}, recipe={"epochs": 1}))
    expect(hand.canvas(page)).to_contain_text("Input")
    for layer in TYPES:
        hand.entry(page, layer).scroll_into_view_if_needed()
        hand.entry(page, layer).click()
        expect(page.locator("[data-node][data-selected]")).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-node]")).to_have_count(len(TYPES))
    hand.tool(page, "fit").click()
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

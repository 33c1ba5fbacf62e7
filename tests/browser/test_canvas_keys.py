"""Everything that a hand can do on the canvas, by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from builder.graph.document import Document
from tests.browser import hand
from tests.browser.acts import part, until, wait_for_step
from tests.browser.server import Server
from tests.browser.test_canvas_mouse import MNIST, TYPES
from tests.documents import edges
from tests.trained import example


@pytest.fixture
def cnn(page: Page, server: Server) -> str:
    """The canvas shows a network of its own for digits, and has the focus; its id."""
    id = hand.open_build(page, server, example("digits-cnn"))
    hand.surface(page).focus()
    return id


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def expect_chosen(page: Page, path: str) -> None:
    expect(hand.node(page, path)).to_have_attribute("data-selected", "true")


def walk_to(page: Page, path: str) -> None:
    """Walk along the wires until a layer is selected."""
    press(page, "Escape", "ArrowDown")
    for _ in range(30):
        if hand.node(page, path).get_attribute("data-selected") == "true":
            return
        press(page, "ArrowDown")
        page.wait_for_timeout(30)
    raise AssertionError(f"{path} cannot be walked to")


def test_arrows_walk_along_the_wires(page: Page, cnn: str) -> None:
    press(page, "ArrowDown")
    expect_chosen(page, "input")
    press(page, "ArrowDown", "ArrowDown")
    expect_chosen(page, "relu1")
    press(page, "ArrowUp")
    expect_chosen(page, "conv1")
    press(page, "Shift+ArrowDown")
    expect_chosen(page, "relu1")
    expect_chosen(page, "conv1")


def test_typing_on_a_layer_opens_the_palette_and_enter_adds(page: Page, server: Server, cnn: str) -> None:
    walk_to(page, "relu1")
    page.keyboard.type("drop")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox").or_(dialog.get_by_role("combobox")).first).to_have_value("drop")
    expect(dialog.locator("[data-layer=Dropout]")).to_be_visible()
    press(page, "Enter")
    hand.expect_shape(page, "dropout1", "32x8x8")
    expect_chosen(page, "dropout1")
    assert "relu1>dropout1" in edges(hand.kept(page, server, cnn))
    press(page, "Delete")
    expect(hand.node(page, "dropout1")).to_have_count(0)
    press(page, "Control+z")
    expect(hand.node(page, "dropout1")).to_be_visible()
    press(page, "Control+Shift+z")
    expect(hand.node(page, "dropout1")).to_have_count(0)


def test_a_wire_is_walked_to_and_a_layer_typed_into_it(page: Page, server: Server, cnn: str) -> None:
    walk_to(page, "conv1")
    press(page, "Control+ArrowDown")
    page.keyboard.type("batchnorm2d")
    expect(page.get_by_role("dialog").locator("[data-layer=BatchNorm2d]")).to_be_visible()
    press(page, "Enter")
    hand.expect_shape(page, "batchnorm1", "32x8x8")
    assert {"conv1>batchnorm1", "batchnorm1>relu1"} <= set(edges(hand.kept(page, server, cnn)))


def test_a_skip_is_wired_by_keyboard(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, example("digits-cnn"))
    hand.surface(page).focus()
    walk_to(page, "relu2")
    page.keyboard.type("add")
    expect(page.get_by_role("dialog").locator("[data-layer=Add]")).to_be_visible()
    press(page, "Enter")
    expect_chosen(page, "add1")
    walk_to(page, "conv2")
    press(page, "w")
    for _ in range(20):
        if hand.port(page, "add1", "x").get_attribute("data-aimed") == "true":
            break
        press(page, "ArrowDown")
        page.wait_for_timeout(50)
    press(page, "Enter")
    hand.expect_shape(page, "add1", "64x8x8")
    assert "conv2>add1" in edges(hand.kept(page, server, id))


def test_rename_disable_group_fold_note_and_help(page: Page, server: Server, cnn: str) -> None:
    walk_to(page, "conv1")
    press(page, "F2", "Control+a")
    page.keyboard.type("edges")
    press(page, "Enter")
    expect(hand.node(page, "edges")).to_be_visible()
    walk_to(page, "edges")
    press(page, "Control+e")
    expect(hand.node(page, "edges")).to_have_attribute("data-state", "off")
    press(page, "Control+e")
    press(page, "Shift+ArrowDown", "Control+g")
    hand.expect_shape(page, "block1", "32x8x8")
    press(page, "Shift+F")
    expect(hand.node(page, "block1/edges")).to_be_visible()
    press(page, "Control+Shift+g")
    hand.expect_shape(page, "edges", "32x8x8")
    press(page, "Escape", "?")
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("Ctrl")
    press(page, "Escape")
    expect(sheet).to_have_count(0)
    kept = [node.id for node in hand.kept(page, server, cnn).graph.nodes]
    assert "edges" in kept
    assert "block1" not in kept


def test_streamlit_does_not_hear_the_canvas(page: Page, cnn: str) -> None:
    walk_to(page, "conv1")
    press(page, "c")
    expect(page.get_by_text("Clear caches")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_be_visible()
    press(page, "Escape")


def test_mnist_cnn_is_built_and_trained_by_keyboard_alone(page: Page, server: Server, real_data: object) -> None:
    if not real_data:
        pytest.skip("needs MNIST: set NETBUILDER_DATASETS")
    id = hand.open_build(page, server, Document(title="By keys", data={"source": "mnist"}, recipe={"epochs": 1}))
    for _ in range(60):
        if hand.surface(page).evaluate("e => e.getRootNode().activeElement === e"):
            break
        press(page, "Tab")
    expect(hand.surface(page)).to_be_focused()
    counts: dict[str, int] = {}
    for layer in TYPES:
        press(page, "/")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        page.keyboard.type(layer)
        expect(dialog.locator(f"[data-layer={layer}]")).to_be_visible()
        press(page, "Enter")
        expect(dialog).to_have_count(0)
        values = dict(MNIST[sum(counts.values())][1]) if layer not in ("Input", "Output") else {}
        if layer not in ("Input", "Output"):
            counts[layer] = counts.get(layer, 0) + 1
        for name, value in values.items():
            configure(page, name, value)
    assert hand.chain(hand.kept(page, server, id)) == TYPES
    expect(page.locator("[data-node][data-state=error]")).to_have_count(0)
    press(page, "Alt+t")
    expect(part(page, "start").get_by_role("button")).to_be_visible()
    press(page, "Alt+Enter")
    wait_for_step(page, 5)
    params = {n.id: n.params for n in server.kept(id).graph.nodes}
    assert [p.get("out_channels") for p in params.values() if "out_channels" in p][-1:] == [64]


def configure(page: Page, name: str, value: str) -> None:
    """Enter goes to the first field of the selected layer, Tab to the others, Escape back."""
    press(page, "Enter")
    field = hand.field(page, name)
    for _ in range(20):
        if field.evaluate("e => e.getRootNode().activeElement === e"):
            break
        press(page, "Tab")
    expect(field).to_be_focused()
    press(page, "Control+a")
    page.keyboard.type(value)
    until(lambda: re.fullmatch(value, field.input_value()))
    press(page, "Escape")
    expect(hand.surface(page)).to_be_focused()

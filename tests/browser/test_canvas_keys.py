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


# what has the focus: whether that is seen, and what a screen reader calls it; null outside of the canvas
STOP = """canvas => {
  const at = canvas.getRootNode().activeElement;
  if (!canvas.contains(at)) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const shadow = getComputedStyle(at).boxShadow;
  const seen = (outlineStyle !== "none" && outlineWidth !== "0px") || shadow !== "none";
  const words = at.labels?.length ? [...at.labels].map((label) => label.textContent).join() : "";
  return { html: at.outerHTML.slice(0, 160), seen, name: at.ariaLabel || words || at.textContent.trim() };
}"""


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
    expect(dialog.get_by_role("combobox")).to_have_value("drop")
    expect(dialog.locator("[data-layer=Dropout]")).to_be_visible()
    press(page, "Enter")
    hand.expect_shape(page, "dropout2", "32x8x8")
    expect_chosen(page, "dropout2")
    assert "relu1>dropout2" in edges(hand.kept(page, server, cnn))
    press(page, "Delete")
    expect(hand.node(page, "dropout2")).to_have_count(0)
    press(page, "Control+z")
    expect(hand.node(page, "dropout2")).to_be_visible()
    press(page, "Control+Shift+z")
    expect(hand.node(page, "dropout2")).to_have_count(0)


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


def test_a_block_is_entered_and_left(page: Page, cnn: str) -> None:
    walk_to(page, "conv1")
    press(page, "Shift+ArrowDown", "Control+g")
    expect_chosen(page, "block1")
    press(page, "Control+ArrowRight")
    expect(hand.node(page, "block1/conv1")).to_be_visible()
    press(page, "ArrowDown")
    expect_chosen(page, "block1/conv1")
    press(page, "ArrowDown")
    expect_chosen(page, "block1/relu1")
    page.keyboard.type("gelu")
    expect(page.get_by_role("dialog").locator("[data-layer=GELU]")).to_be_visible()
    press(page, "Enter")
    hand.expect_shape(page, "block1/gelu1", "32x8x8")
    press(page, "Control+ArrowLeft")
    expect_chosen(page, "block1")


def test_copy_cut_paste_duplicate_and_move(page: Page, server: Server, cnn: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    walk_to(page, "conv1")
    press(page, "Shift+ArrowDown", "Control+c", "Escape", "Control+v")
    expect_chosen(page, "conv3")
    expect_chosen(page, "relu4")
    press(page, "Control+x")
    expect(hand.node(page, "conv3")).to_have_count(0)
    press(page, "Control+v")
    expect_chosen(page, "conv3")
    walk_to(page, "relu2")
    press(page, "Control+d")
    hand.expect_shape(page, "relu5", "64x8x8")
    place = hand.box(hand.node(page, "relu5"))
    press(page, "Alt+ArrowRight", "Alt+ArrowRight", "Alt+ArrowDown")
    until(lambda: hand.box(hand.node(page, "relu5"))["x"] > place["x"])
    assert hand.box(hand.node(page, "relu5"))["y"] > place["y"]
    found = edges(hand.kept(page, server, cnn))
    assert {"conv3>relu4", "relu2>relu5"} <= set(found)
    press(page, "Control+a", "Delete")
    expect(page.locator("[data-node]")).to_have_count(0)
    press(page, "Control+z")
    assert edges(hand.kept(page, server, cnn)) == found


def test_a_note_is_written_found_and_deleted(page: Page, server: Server, cnn: str) -> None:
    press(page, "n")
    page.keyboard.type("look at conv2")
    press(page, "Escape")
    expect(page.locator("[data-note]")).to_contain_text("look at conv2")
    for _ in range(20):
        press(page, "Alt+ArrowRight")  # beside the stack
    note = page.locator("[data-note][data-selected]")
    found = hand.kept(page, server, cnn).graph.notes
    assert [note.text for note in found] == ["look at conv2"]
    walk_to(page, "conv1")
    expect(note).to_have_count(0)
    for _ in range(12):
        press(page, "ArrowRight")
        if note.count():
            break
        press(page, "ArrowDown")
    expect(note).to_have_count(1)
    expect(hand.surface(page)).to_have_attribute("aria-activedescendant", re.compile("^note:"))
    press(page, "Enter")
    field = page.locator("[data-panel=inspector] textarea")
    expect(field).to_be_focused()
    press(page, "Control+End")
    page.keyboard.type(" again and again")
    press(page, "Escape")
    expect(page.locator("[data-note]")).to_contain_text("look at conv2 again and again")
    press(page, "Control+z")  # what is typed at once is one step
    expect(page.locator("[data-note]")).to_have_text("look at conv2")
    press(page, "Delete")
    expect(page.locator("[data-note]")).to_have_count(0)


def test_the_view_is_moved_by_keys(page: Page, cnn: str) -> None:
    width = hand.box(hand.node(page, "conv1"))["width"]
    press(page, "+", "+")
    until(lambda: hand.box(hand.node(page, "conv1"))["width"] > width)
    press(page, "1")
    true = hand.node(page, "conv1").evaluate("e => e.offsetWidth")
    until(lambda: round(hand.box(hand.node(page, "conv1"))["width"]) == true)
    press(page, "-", "0")
    expect(hand.node(page, "input")).to_be_in_viewport()
    expect(hand.node(page, "output")).to_be_in_viewport()
    press(page, "Shift+L")
    hand.expect_checked(page)


def test_menus_and_tools_are_reached_by_keys(page: Page, server: Server, cnn: str) -> None:
    walk_to(page, "relu1")
    press(page, "Shift+F10")
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    items = menu.get_by_role("menuitem").all_inner_texts()
    wanted = next(n for n, text in enumerate(items) if text.startswith("Replace"))
    press(page, *["ArrowDown"] * wanted, "Enter")
    page.keyboard.type("gelu")
    expect(page.get_by_role("dialog").locator("[data-layer=GELU]")).to_be_visible()
    press(page, "Enter")
    expect(hand.node(page, "relu1")).to_contain_text("GELU")
    expect(hand.surface(page)).to_be_focused()
    press(page, "Shift+Tab")
    for _ in range(30):
        if tool_in_focus(page) == "problems":
            break
        press(page, "ArrowRight" if tool_in_focus(page) else "Shift+Tab")
    press(page, "Enter")
    expect(page.get_by_role("region", name="Problems")).to_contain_text("ready to train")
    press(page, "ArrowRight", "Enter")  # save a picture
    with page.expect_download() as download:
        press(page, "Enter")
    assert download.value.suggested_filename.endswith(".svg")


def tool_in_focus(page: Page) -> str | None:
    found: str | None = hand.canvas(page).evaluate("e => e.getRootNode().activeElement?.dataset.tool ?? null")
    return found


def test_the_focus_is_seen_wherever_it_goes(page: Page, cnn: str) -> None:
    """Each stop of Tab on the canvas has an outline and a name."""
    walk_to(page, "conv1")
    for key, least in (("Tab", 10), ("Shift+Tab", 3)):
        hand.surface(page).focus()
        stops: list[dict[str, str]] = []
        while len(stops) < 100 and (stop := hand.canvas(page).evaluate(STOP)):
            stops.append(stop)
            press(page, key)
        assert len(stops) > least
        assert [stop for stop in stops if not stop["seen"] or not stop["name"]] == []


def test_a_screen_reader_hears_what_is_chosen(page: Page, cnn: str) -> None:
    walk_to(page, "conv1")
    expect(hand.surface(page)).to_have_attribute("aria-activedescendant", "conv1")
    expect(hand.node(page, "conv1")).to_have_attribute("id", "conv1")
    label = hand.node(page, "conv1").get_attribute("aria-label") or ""
    for words in ("conv1", "Conv2d", "output 32x8x8", "320 parameters", "no problem"):
        assert words in label
    press(page, "Control+ArrowDown")
    expect(page.get_by_role("status").filter(has_text="Wire from conv1 to relu1")).to_have_count(1)
    walk_to(page, "conv2")
    press(page, "Delete")
    expect(hand.node(page, "conv2")).to_have_count(0)


def test_every_key_of_the_sheet_is_named(page: Page, cnn: str) -> None:
    press(page, "?")
    sheet = page.get_by_role("dialog")
    for words in ("Add a layer", "Begin a wire", "Rename", "Group into a block", "Go to the layer below", "Show all"):
        expect(sheet).to_contain_text(words)
    assert "key_" not in sheet.inner_text()
    page.keyboard.press("?")
    expect(sheet).to_have_count(0)
    expect(hand.surface(page)).to_be_focused()


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
    field = hand.field(page, name)
    expect(field).to_be_visible()  # the layer is selected
    expect(hand.surface(page)).to_be_focused()
    press(page, "Enter")  # goes there before the next key is heard
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

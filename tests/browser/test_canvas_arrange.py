"""What the hand can do on the canvas with a mouse: select, move, group, note, look closer, take back."""

import pytest
from playwright.sync_api import Page, expect

from builder.graph.document import Document, Note
from tests.browser import hand
from tests.browser.acts import DIGITS, until
from tests.browser.server import Server
from tests.documents import chain, edges, edited
from tests.trained import example


def noted() -> Document:
    """A small network with a note beside it."""
    document = chain(("Conv2d", {"out_channels": 1}), "ReLU", "Flatten", "Linear")
    note = Note(id="note1", text="Why so small?", position=(400.0, 0.0))
    return document.model_copy(update={"graph": document.graph.having(notes=(note,))})


def test_several_layers_are_configured_at_once(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "conv1")
    hand.also(page, "conv2")
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


def test_duplicate_delete_disable_and_group(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "relu1")
    page.keyboard.press("Control+d")
    expect(hand.node(page, "relu4")).to_be_visible()
    page.keyboard.press("Delete")
    expect(hand.node(page, "relu4")).to_have_count(0)
    hand.choose(page, "conv2")
    hand.tool(page, "disable").click()
    expect(hand.node(page, "conv2")).to_have_attribute("data-state", "off")
    hand.expect_shape(page, "relu2", "32x8x8")
    hand.tool(page, "disable").click()
    hand.expect_shape(page, "relu2", "64x8x8")
    hand.also(page, "relu2")
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
    hand.also(page, "relu1")
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
    note = hand.box(page.locator("[data-note]"))
    layers = [hand.box(hand.node(page, name)) for name in DIGITS]
    assert note["x"] > max(layer["x"] + layer["width"] for layer in layers)  # beside, not behind
    page.locator("[data-note] textarea").first.fill("look <b>here</b>")
    page.locator(".react-flow__pane").first.click(position={"x": 8, "y": 8})
    expect(page.locator("[data-note]")).to_contain_text("look <b>here</b>")
    assert [note.text for note in hand.kept(page, server, cnn).graph.notes] == ["look <b>here</b>"]


def test_tidy_puts_layers_in_order(page: Page, server: Server, cnn: str) -> None:
    hand.drag(page, hand.head(page, "relu1"), hand.pane(page))
    moved = hand.place(hand.kept(page, server, cnn), "relu1")
    hand.tool(page, "tidy").click()
    hand.expect_checked(page)
    assert hand.place(server.kept(cnn), "relu1")[0] < moved[0]
    hand.tool(page, "direction").click()
    hand.expect_checked(page)
    document = server.kept(cnn)
    assert hand.place(document, "conv1")[0] < hand.place(document, "relu1")[0] < hand.place(document, "conv2")[0]
    assert {hand.place(document, node.id)[1] for node in document.graph.nodes} == {hand.place(document, "conv1")[1]}


def test_the_view_zooms_fits_and_fills_the_screen(page: Page, cnn: str) -> None:
    def width() -> float:
        return hand.box(hand.node(page, "conv1"))["width"]

    first = width()
    hand.tool(page, "zoom_in").click()
    until(lambda: width() > first)
    hand.tool(page, "fit").click()
    until(lambda: abs(width() - first) < 1)
    page.mouse.move(*hand.pane(page))
    page.mouse.wheel(0, -300)
    until(lambda: width() > first)
    expect(page.locator(".react-flow__minimap")).to_be_visible()
    hand.tool(page, "minimap").click()
    expect(page.locator(".react-flow__minimap")).to_have_count(0)
    hand.tool(page, "full").click()
    size = page.viewport_size
    assert size
    until(lambda: hand.box(hand.canvas(page))["width"] == size["width"])
    hand.tool(page, "full").click()
    until(lambda: hand.box(hand.canvas(page))["width"] < size["width"])


def test_layers_snap_to_the_grid(page: Page, server: Server, cnn: str) -> None:
    hand.tool(page, "snap").click()
    x, y = hand.head(page, "relu1")
    hand.drag(page, (x, y), (x + 61, y + 5))
    at = hand.place(hand.kept(page, server, cnn), "relu1")
    assert at != (0, 0)
    assert [c % 8 for c in at] == [0, 0]


def test_layers_are_aligned_and_spaced_evenly(page: Page, server: Server, cnn: str) -> None:
    x, y = hand.head(page, "relu1")
    hand.drag(page, (x, y), (x + 90, y + 12))
    hand.choose(page, "conv1")
    hand.also(page, "relu1", "conv2")
    crooked = hand.kept(page, server, cnn)
    assert hand.place(crooked, "relu1")[0] > hand.place(crooked, "conv1")[0]
    for name, axis in (("Align left edges", 0), ("Space evenly down", 1)):
        hand.tool(page, "align").click()
        page.get_by_role("menuitem", name=name).click()
        document = hand.kept(page, server, cnn)
        first, second, third = (hand.place(document, id)[axis] for id in ("conv1", "relu1", "conv2"))
        assert second - first == pytest.approx(third - second, abs=1)
        if axis == 0:
            assert second == first
        hand.undo(page)
        assert server.kept(cnn) == crooked


def test_a_note_inside_a_block_is_shown_with_it(page: Page, server: Server) -> None:
    note = {"id": "note1", "text": "Look inside", "position": [300, 0]}
    blocked = edited(
        example("digits-cnn"),
        {"op": "group", "nodes": ["conv2", "relu2"], "id": "block1"},
        {"op": "inside", "node": "block1", "edits": [{"op": "annotate", "note": note}]},
    )
    id = hand.open_build(page, server, blocked)
    expect(page.locator("[data-note]")).to_have_count(0)
    hand.choose(page, "block1")
    page.keyboard.press("f")
    inner = page.locator("[data-note]")
    expect(inner).to_have_text("Look inside")
    block, found = hand.box(hand.node(page, "block1")), hand.box(inner)
    assert block["x"] < found["x"]
    assert found["x"] + found["width"] < block["x"] + block["width"]
    page.mouse.click(*hand.middle(inner), button="right")  # what is pressed there is the block
    expect(hand.command(page, "ungroup")).to_be_visible()
    assert server.kept(id) == blocked


def test_a_note_is_moved(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, noted())
    note = page.locator("[data-note]")
    before = hand.box(note)
    x, y = hand.middle(note)
    hand.drag(page, (x, y), (x + 80, y + 60))
    [moved] = hand.kept(page, server, id).graph.notes
    assert moved.position[0] > 400
    assert hand.box(note)["x"] > before["x"] + 60
    assert hand.box(note)["y"] > before["y"] + 40
    hand.undo(page)
    assert server.kept(id) == noted()


def test_a_double_click_renames(page: Page, server: Server, cnn: str) -> None:
    hand.node(page, "relu1").get_by_text("relu1").dblclick()
    field = page.get_by_role("textbox", name="Name of this layer")
    field.fill("conv1")
    field.press("Enter")
    expect(page.locator("[data-say]")).to_contain_text("conv1")  # taken: it says so and stays open
    field.fill("bend")
    field.press("Enter")
    hand.expect_shape(page, "bend", "32x8x8")
    assert {"conv1>bend", "bend>conv2"} <= set(edges(hand.kept(page, server, cnn)))
    hand.undo(page)
    assert server.kept(cnn) == example("digits-cnn")


def test_the_right_button_opens_what_can_be_done_there(page: Page, server: Server, cnn: str) -> None:
    hand.node(page, "conv2").click(button="right")
    hand.command(page, "disable").click()
    expect(hand.node(page, "conv2")).to_have_attribute("data-state", "off")
    page.mouse.click(*hand.wire(page, "conv1", "relu1"), button="right")
    hand.command(page, "insert").click()
    page.get_by_role("dialog").locator("[data-layer=BatchNorm2d]").click()
    hand.expect_shape(page, "batchnorm1", "32x8x8")
    x, y = hand.pane(page)
    page.mouse.click(x, y, button="right")
    hand.command(page, "note").click()
    note = hand.box(page.locator("[data-note]"))
    assert (note["x"], note["y"]) == (pytest.approx(x, abs=3), pytest.approx(y, abs=3))
    page.mouse.click(x, y - 100, button="right")
    hand.command(page, "select_all").click()
    expect(page.locator("[data-node][data-selected]")).to_have_count(len(DIGITS) + 1)
    document = hand.kept(page, server, cnn)
    assert {"conv1>batchnorm1", "batchnorm1>relu1"} <= set(edges(document))
    assert [node.id for node in document.graph.nodes if node.disabled] == ["conv2"]


def test_a_layer_inside_a_block_is_configured(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "conv2")
    hand.also(page, "relu2")
    hand.tool(page, "group").click()
    hand.expect_shape(page, "block1", "64x8x8")
    hand.node(page, "block1").click(button="right")
    hand.command(page, "fold").click()
    hand.write(page, "block1/conv2", "out_channels", 9)
    hand.expect_shape(page, "block1/conv2", "9x8x8")
    hand.expect_shape(page, "block1", "9x8x8")
    hand.expect_shape(page, "maxpool1", "9x4x4")
    page.locator("[data-fold]").click()
    expect(hand.node(page, "block1/conv2")).to_have_count(0)
    hand.undo(page)
    hand.expect_shape(page, "block1", "64x8x8")


def test_layers_inside_a_block_are_moved(page: Page, server: Server, cnn: str) -> None:
    hand.choose(page, "conv2")
    hand.also(page, "relu2")
    hand.tool(page, "group").click()
    page.keyboard.press("f")
    expect(hand.node(page, "block1/relu2")).to_be_visible()
    folded = hand.kept(page, server, cnn)
    x, y = hand.head(page, "block1/relu2")
    hand.drag(page, (x, y), (x + 70, y + 15))
    block = hand.kept(page, server, cnn).graph.node("block1")
    assert block
    assert block.graph
    places = {node.id: node.position for node in block.graph.nodes}
    assert places["relu2"]
    assert places["conv2"]
    assert places["relu2"][0] > places["conv2"][0] + 50
    hand.undo(page)
    assert server.kept(cnn) == folded


def test_undo_reaches_back_over_a_reload(page: Page, server: Server, cnn: str) -> None:
    hand.write(page, "conv1", "out_channels", 9)
    hand.expect_shape(page, "conv1", "9x8x8")
    hand.expect_checked(page)
    page.reload()
    hand.expect_shape(page, "conv1", "9x8x8")
    hand.undo(page)
    assert server.kept(cnn) == example("digits-cnn")
    hand.tool(page, "redo").click()
    hand.expect_shape(page, "conv1", "9x8x8")


def test_every_act_is_undone_and_done_again(page: Page, server: Server) -> None:
    first = noted()
    id = hand.open_build(page, server, first)
    hand.choose(page, "relu1")
    hand.search(page, "Tanh")
    hand.entry(page, "Tanh").click()
    hand.expect_shape(page, "tanh1", "1x8x8")
    page.mouse.click(*hand.wire(page, "input", "conv1"))
    page.keyboard.press("Delete")
    hand.write(page, "linear1", "out_features", 7)
    hand.tool(page, "disable").click()
    x, y = hand.head(page, "flatten1")
    hand.drag(page, (x, y), (x + 80, y + 20))
    hand.choose(page, "conv1")
    hand.also(page, "relu1")
    hand.tool(page, "group").click()
    page.locator("[data-note]").click()
    page.keyboard.press("Delete")
    last = hand.kept(page, server, id)
    assert last.graph.node("block1")
    assert not last.graph.notes
    back = 0
    while hand.tool(page, "undo").get_attribute("aria-disabled") != "true":
        hand.undo(page)
        back += 1
    assert back == 7
    assert server.kept(id) == first
    for _step in range(back):
        hand.tool(page, "redo").click()
        hand.expect_checked(page)
    assert server.kept(id) == last

"""No edit on the canvas is lost or undone, whatever happens to the server, the connection, the page or the tab."""

from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from builder.graph.document import Document, Edge, Graph, Node
from tests.browser import hand
from tests.browser.acts import go, settle, until
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example

NASTY = [
    "<img src=x onerror=window.__pwn=1>",
    "<script>window.__pwn=1</script>",
    "![x](http://127.0.0.1:9/t.png)",
    "javascript:window.__pwn=1",
    'a "quoted" name',
    "two\nlines",
    "\u202eright to left\u202c مرحبا",
    "名字 🙂",
]


def channels(server: Server, id: str, layer: str = "conv1") -> object:
    node = server.kept(id).graph.node(layer)
    assert node
    return node.params.get("out_channels")


def test_edits_around_a_crash_of_the_server_are_all_kept(visit: Visit, fresh: Server) -> None:
    page = visit(fresh.start())
    id = hand.open_build(page, fresh, example("digits-cnn"))
    hand.write(page, "conv1", "out_channels", 17)
    hand.expect_shape(page, "conv1", "17x8x8")
    fresh.kill()
    hand.write(page, "conv2", "out_channels", 19)
    expect(hand.canvas(page)).to_have_attribute("data-sync", "offline")
    expect(hand.canvas(page)).to_contain_text("offline", ignore_case=True)
    hand.write(page, "conv1", "out_channels", 18)
    fresh.start()
    hand.expect_checked(page)
    hand.expect_shape(page, "conv1", "18x8x8")
    hand.expect_shape(page, "conv2", "19x8x8")
    assert (channels(fresh, id), channels(fresh, id, "conv2")) == (18, 19)
    hand.tool(page, "undo").click()
    hand.expect_shape(page, "conv1", "17x8x8")


def test_a_reload_keeps_edits_and_the_way_back(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, example("digits-cnn"))
    for value in (11, 12):
        hand.write(page, "conv1", "out_channels", value)
        hand.expect_shape(page, "conv1", f"{value}x8x8")
        page.wait_for_timeout(700)  # beyond the time in which keystrokes are one step
    hand.write(page, "conv1", "out_channels", 13)
    page.reload()
    hand.expect_checked(page)
    hand.expect_shape(page, "conv1", "13x8x8")
    for value in (12, 11, 32):
        hand.tool(page, "undo").click()
        hand.expect_shape(page, "conv1", f"{value}x8x8")
    hand.tool(page, "redo").click()
    hand.expect_shape(page, "conv1", "11x8x8")
    until(lambda: channels(server, id) == 11)


def test_a_page_switch_right_after_an_edit_loses_nothing(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, example("digits-cnn"))
    hand.choose(page, "conv1")
    hand.field(page, "out_channels").fill("21")
    page.get_by_role("link", name="Data").click(no_wait_after=True)
    until(lambda: channels(server, id) == 21)
    expect(page.get_by_role("heading", name="Data").first).to_be_visible()
    page.get_by_role("link", name="Build").click()
    hand.expect_shape(page, "conv1", "21x8x8")
    hand.expect_checked(page)


def test_ten_seconds_offline_are_caught_up(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, example("digits-cnn"))
    page.context.set_offline(True)
    hand.write(page, "conv1", "out_channels", 22)
    expect(hand.canvas(page)).to_have_attribute("data-sync", "offline")
    page.wait_for_timeout(10_000)
    hand.write(page, "conv2", "out_channels", 23)
    page.context.set_offline(False)
    hand.expect_checked(page)
    hand.expect_shape(page, "conv2", "23x8x8")
    assert (channels(server, id), channels(server, id, "conv2")) == (22, 23)


def test_two_tabs_warn_and_neither_version_is_lost(page: Page, server: Server) -> None:
    id = hand.open_build(page, server, example("digits-cnn"))
    other = page.context.new_page()
    go(other, f"/build?network={id}")
    hand.expect_checked(other)
    other.context.set_offline(True)
    hand.write(other, "conv2", "out_channels", 41)
    expect(hand.canvas(other)).to_have_attribute("data-sync", "offline")
    other.context.set_offline(False)
    hand.expect_checked(other)
    page.evaluate("() => 0")
    hand.write(page, "conv1", "out_channels", 40)
    found = until(lambda: hand.canvas(page).get_attribute("data-sync") in ("conflict", "saved"))
    assert found
    kept = server.kept(id)
    values = [node.params.get("out_channels") for node in kept.graph.nodes if node.type == "Conv2d"]
    assert 41 in values  # the first tab's edit never goes away silently


def test_two_thousand_layers_open_and_stay_usable(page: Page, server: Server) -> None:
    nodes = [Node(id="input", type="Input"), Node(id="conv1", type="Conv2d", params={"out_channels": 8})]
    nodes += [Node(id=f"relu{i}", type="ReLU") for i in range(1, 1997)]
    nodes += [Node(id="flatten1", type="Flatten"), Node(id="output", type="Output")]
    edges = [Edge(source=a.id, target=b.id) for a, b in pairwise(nodes)]
    document = Document(data={"source": "digits"}, graph=Graph(nodes=tuple(nodes), edges=tuple(edges)))
    id = hand.open_build(page, server, document)
    expect(hand.canvas(page)).to_contain_text("2,000")
    hand.tool(page, "problems").click()
    page.keyboard.press("Escape")
    hand.canvas(page).focus()
    page.keyboard.press("Home")
    hand.write(page, "conv1", "out_channels", 9)
    hand.expect_shape(page, "conv1", "9x8x8")
    assert channels(server, id) == 9


@pytest.mark.parametrize("name", [*NASTY, "x" * 200])
def test_names_are_shown_as_text(page: Page, server: Server, name: str) -> None:
    document = example("digits-cnn")
    first = document.graph.nodes[1]
    nodes = [n.model_copy(update={"id": name}) if n is first else n for n in document.graph.nodes]
    edges = [
        e.model_copy(update={k: name for k in ("source", "target") if getattr(e, k) == first.id})
        for e in document.graph.edges
    ]
    document = Document(
        data=document.data, graph=Graph(nodes=tuple(nodes), edges=tuple(edges)), title=name * 50, recipe=document.recipe
    )
    id = server.keep(document)
    go(page, f"/build?network={id}")
    hand.expect_checked(page)
    shown = page.locator("[data-node]").filter(has_text=" ".join(name.split())[:30])
    expect(shown.first).to_be_visible()
    shown.first.click(position={"x": 20, "y": 12})
    settle(page)
    expect(hand.canvas(page)).to_contain_text(" ".join(name.split())[:30])
    assert server.kept(id) == document

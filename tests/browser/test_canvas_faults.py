"""No edit on the canvas is lost or undone, whatever happens to the server, the connection, the page or the tab."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, Route, expect

from builder.graph.document import Document, Edge, Graph, Node, Note
from tests.browser import hand
from tests.browser.acts import go, until
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example

STEPS = 200
# presses the link to another page so many milliseconds after the next key
LEAVE = """after => {
  const link = document.querySelector("a[href$='/data']");
  addEventListener("keydown", () => setTimeout(() => link.click(), after), { once: true, capture: true });
}"""


class Held:
    """A server that has become slow: what it answers to such requests waits until it is let go."""

    def __init__(self, page: Page, address: re.Pattern[str]) -> None:
        self.page = page
        self.slow = True
        self.answers: list[Callable[[], None]] = []
        page.route(address, self._hold)

    def _hold(self, route: Route) -> None:
        if not self.slow:
            route.continue_()
            return
        answer = route.fetch()
        self.answers.append(lambda: route.fulfill(response=answer))

    def expect(self, count: int) -> None:
        """Wait until so many answers are held."""
        until(lambda: self.page.wait_for_timeout(20) or len(self.answers) >= count)

    def let_go(self) -> None:
        """Deliver what was held, and hold no more."""
        self.slow = False
        for answer in self.answers:
            answer()


CHANGES = re.compile("/api/networks/[^/]+/changes$")
FITS = re.compile("/api/networks/[^/]+/(fits|try)")


@pytest.fixture
def cnn(page: Page, server: Server) -> str:
    """The canvas shows a network of its own for digits; its id."""
    return hand.open_build(page, server, example("digits-cnn"))


def values(server: Server, id: str) -> tuple[Any, ...]:
    """The channels of the two convolutions, as they lie in the workspace."""
    return tuple(node.params.get("out_channels") for node in server.kept(id).graph.nodes if node.type == "Conv2d")


def expect_values(page: Page, first: int, second: int) -> None:
    hand.expect_shape(page, "conv1", f"{first}x8x8")
    hand.expect_shape(page, "conv2", f"{second}x8x8")


def expect_sync(page: Page, state: str) -> None:
    expect(hand.canvas(page)).to_have_attribute("data-sync", state)


def test_edits_around_a_crash_of_the_server_are_all_kept(visit: Visit, fresh: Server) -> None:
    page = visit(fresh.start())
    id = hand.open_build(page, fresh, example("digits-cnn"))
    hand.write(page, "conv1", "out_channels", 17)
    hand.expect_shape(page, "conv1", "17x8x8")
    fresh.kill()
    hand.write(page, "conv2", "out_channels", 19)
    expect_sync(page, "offline")
    expect(hand.canvas(page)).to_contain_text("Go on editing")
    hand.write(page, "conv1", "out_channels", 18)
    fresh.start()
    hand.expect_checked(page)
    expect_values(page, 18, 19)
    assert values(fresh, id) == (18, 19)
    hand.tool(page, "undo").click()
    hand.expect_shape(page, "conv1", "17x8x8")


def test_a_reload_keeps_edits_and_the_way_back(page: Page, server: Server, cnn: str) -> None:
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
    until(lambda: values(server, cnn) == (11, 64))


def test_a_reload_keeps_two_hundred_steps_of_undo(page: Page, server: Server, cnn: str) -> None:
    hand.write(page, "conv1", "out_channels", 11)
    hand.choose(page, "relu1")
    for _ in range(STEPS):
        page.keyboard.press("Control+e")
    page.reload()
    hand.expect_checked(page)
    hand.surface(page).focus()
    for _ in range(STEPS):
        page.keyboard.press("Control+z")
    hand.expect_checked(page)
    assert values(server, cnn) == (11, 64)  # the oldest step has gone, all others were taken back
    expect(hand.tool(page, "undo")).to_have_attribute("aria-disabled", "true")
    for _ in range(STEPS - 1):
        page.keyboard.press("Control+y")
    hand.expect_checked(page)
    expect(hand.node(page, "relu1")).to_have_attribute("data-state", "off")
    assert server.kept(cnn).graph.node("relu1").disabled  # type: ignore[union-attr]


@pytest.mark.parametrize("after", [0, 40])
def test_a_page_switch_right_after_an_edit_loses_nothing(page: Page, server: Server, cnn: str, after: int) -> None:
    hand.choose(page, "conv1")
    hand.field(page, "out_channels").focus()
    page.evaluate(LEAVE, after)
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("heading", name="Data").first).to_be_visible()
    until(lambda: values(server, cnn) == (33, 64))
    page.get_by_role("link", name="Build").click()
    hand.expect_shape(page, "conv1", "33x8x8")
    hand.expect_checked(page)


def test_a_tab_that_is_left_right_after_an_edit_loses_nothing(page: Page, server: Server, cnn: str) -> None:
    hand.write(page, "conv1", "out_channels", 21)
    page.goto("about:blank")
    until(lambda: values(server, cnn) == (21, 64))


def test_ten_seconds_offline_are_caught_up(page: Page, server: Server, cnn: str) -> None:
    page.context.set_offline(True)
    hand.write(page, "conv1", "out_channels", 22)
    expect_sync(page, "offline")
    page.wait_for_timeout(10_000)
    hand.write(page, "conv2", "out_channels", 23)
    page.context.set_offline(False)
    hand.expect_checked(page)
    expect_values(page, 22, 23)
    assert values(server, cnn) == (22, 23)


def test_a_slow_server_leaves_the_canvas_usable(page: Page, server: Server, cnn: str) -> None:
    held, unanswered = Held(page, CHANGES), Held(page, FITS)
    hand.write(page, "conv1", "out_channels", 5)
    held.expect(1)
    expect(hand.canvas(page)).to_contain_text("checks pending")
    expect(hand.canvas(page)).to_have_attribute("data-checked", "false")
    hand.write(page, "conv2", "out_channels", 6)
    hand.choose(page, "relu2")
    page.keyboard.press("Delete")
    expect(hand.node(page, "relu2")).to_have_count(0)
    page.keyboard.press("Control+z")
    hand.choose(page, "relu2")
    page.keyboard.type("gelu")
    page.keyboard.press("Enter")
    expect(hand.node(page, "gelu1")).to_be_visible()
    hand.write(page, "conv1", "out_channels", 7)
    unanswered.let_go()
    held.let_go()
    hand.expect_checked(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(hand.field(page, "out_channels")).to_have_value("7")
    expect_values(page, 7, 6)
    hand.expect_shape(page, "gelu1", "6x8x8")
    assert values(server, cnn) == (7, 6)


@pytest.fixture
def disputed(page: Page, cnn: str) -> Page:
    """A second tab that wrote after the first did, without having seen it."""
    other = page.context.new_page()
    go(other, f"/build?network={cnn}")
    hand.expect_checked(other)
    hand.write(page, "conv1", "out_channels", 40)
    hand.expect_checked(page)
    hand.write(other, "conv2", "out_channels", 41)
    expect_sync(other, "conflict")
    expect(other.get_by_role("alert")).to_contain_text("changed elsewhere")
    return other


def test_a_second_tab_is_told_and_takes_the_other_version(server: Server, cnn: str, disputed: Page) -> None:
    assert values(server, cnn) == (40, 64)
    disputed.get_by_role("button", name="Take the other version").click()
    hand.expect_checked(disputed)
    expect_values(disputed, 40, 64)
    hand.write(disputed, "conv2", "out_channels", 42)
    hand.expect_checked(disputed)
    assert values(server, cnn) == (40, 42)
    for _ in range(2):
        hand.tool(disputed, "undo").click()
    hand.expect_checked(disputed)
    expect_values(disputed, 32, 64)


def test_a_second_tab_keeps_its_version_as_a_copy(server: Server, cnn: str, disputed: Page) -> None:
    hand.write(disputed, "conv1", "out_channels", 43)  # it goes on before it decides, and even reloads
    disputed.reload()
    expect_sync(disputed, "conflict")
    disputed.get_by_role("button", name="Keep mine as a copy").click()
    expect(disputed).not_to_have_url(re.compile(cnn))
    hand.expect_checked(disputed)
    copy = disputed.url.split("network=")[1].split("&")[0]
    assert (values(server, cnn), values(server, copy)) == ((40, 64), (43, 41))
    hand.write(disputed, "conv1", "out_channels", 44)
    hand.expect_checked(disputed)
    assert (values(server, cnn), values(server, copy)) == ((40, 64), (44, 41))


def test_a_tab_that_only_looks_follows_when_it_is_looked_at(page: Page, server: Server, cnn: str) -> None:
    other = page.context.new_page()
    go(other, f"/build?network={cnn}")
    hand.expect_checked(other)
    hand.write(page, "conv1", "out_channels", 45)
    hand.expect_checked(page)
    # a browser without a window never leaves a tab, so that none is come back to
    other.evaluate("() => void dispatchEvent(new Event('focus'))")
    hand.expect_shape(other, "conv1", "45x8x8")
    expect(hand.canvas(other)).to_contain_text("Another tab")
    hand.write(other, "conv2", "out_channels", 46)
    hand.expect_checked(other)
    assert values(server, cnn) == (45, 46)


def test_another_theme_loses_nothing(page: Page, server: Server, cnn: str) -> None:
    hand.write(page, "conv1", "out_channels", 24)
    field = hand.field(page, "out_channels")
    field.fill("0")  # no channels: refused, and kept as it was typed
    before = hand.box(hand.node(page, "conv1"))
    background = "e => getComputedStyle(e).backgroundColor"
    light = hand.canvas(page).evaluate(background)
    page.emulate_media(color_scheme="dark")
    until(lambda: hand.canvas(page).evaluate(background) != light)
    expect(field).to_have_value("0")
    expect(field).to_be_focused()
    expect(hand.node(page, "conv1")).to_have_attribute("data-selected", "true")
    assert hand.box(hand.node(page, "conv1")) == before
    page.keyboard.press("Control+a")
    page.keyboard.type("25")
    hand.node(page, "relu1").locator(".nf-node-name").dblclick()
    page.keyboard.type("half a na")
    page.emulate_media(color_scheme="light")
    until(lambda: hand.canvas(page).evaluate(background) == light)
    page.keyboard.type("me")
    page.keyboard.press("Enter")
    expect(hand.node(page, "half a name")).to_be_visible()
    hand.expect_checked(page)
    assert values(server, cnn) == (25, 64)


def test_two_thousand_layers_open_and_stay_usable(page: Page, server: Server) -> None:
    nodes = [Node(id="input", type="Input"), Node(id="conv1", type="Conv2d", params={"out_channels": 8})]
    nodes += [Node(id=f"relu{i}", type="ReLU") for i in range(1, 1997)]
    nodes += [Node(id="flatten1", type="Flatten"), Node(id="output", type="Output")]
    edges = [Edge(source=a.id, target=b.id) for a, b in pairwise(nodes)]
    document = Document(data={"source": "digits"}, graph=Graph(nodes=tuple(nodes), edges=tuple(edges)))
    id = hand.open_build(page, server, document)
    expect(hand.canvas(page)).to_contain_text("2,000")
    expect(hand.canvas(page)).to_contain_text("Large network")
    assert len(hand.nodes(page)) < 500  # those in sight
    hand.surface(page).focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    hand.write(page, "conv1", "out_channels", 9)
    hand.expect_shape(page, "conv1", "9x8x8")
    hand.choose(page, "relu1")
    hand.node(page, "relu2").click(position={"x": 20, "y": 12}, modifiers=["Shift"])
    page.keyboard.press("Delete")
    expect(hand.node(page, "relu1")).to_have_count(0)
    hand.tool(page, "undo").click()
    hand.tool(page, "undo").click()
    hand.expect_shape(page, "conv1", "8x8x8")
    hand.expect_checked(page)
    assert server.kept(id) == document


NASTY = [
    "<img src=x onerror=window.__pwn=1>",
    "</text><script>window.__pwn=1</script>",
    "![x](http://127.0.0.1:9/t.png)",
    "javascript:window.__pwn=1",
    "a \"quoted\" 'name' &amp;",
    "two\nlines",
    "\u202eright to left\u202c مرحبا",
    "名字 🙂",
    "x" * 200,
]
LONG = NASTY[0] * 300  # about 10,000 characters


@pytest.fixture
def nasty(page: Page, server: Server) -> Document:
    """The canvas shows a network in which every text is of the worst kind, and every layer has a problem."""
    nodes = [Node(id="input", type="Input"), *(Node(id=name, type="Conv2d") for name in NASTY)]
    notes = tuple(
        Note(id=f"note{n}", text=text, position=(400, 100 * n)) for n, text in enumerate([*NASTY, LONG[:10_000]])
    )
    graph = Graph(nodes=tuple(nodes), notes=notes)
    document = Document(data={"source": "digits"}, title=LONG[:10_000], about=LONG, graph=graph)
    hand.open_build(page, server, document)
    return document


def line(text: str) -> str:
    return " ".join(text.split())


def test_names_are_shown_as_text(page: Page, server: Server, nasty: Document) -> None:
    expect(page.locator("[data-panel=inspector]")).to_contain_text(LONG[:9000])
    for name in NASTY:
        shown = page.locator("[data-node] .nf-node-name").filter(has_text=re.compile(f"^{re.escape(name)}$"))
        expect(shown).to_have_attribute("title", name)
        expect(page.locator("[data-note]").filter(has_text=name[:60]).first).to_be_visible()
    hand.tool(page, "problems").click()
    problems = page.get_by_role("region", name="Problems")
    for name in NASTY:
        expect(problems.locator("li").filter(has_text=line(name)).first).to_be_visible()
        problems.locator("li").filter(has_text=line(name)).get_by_role("button").first.click()
        expect(page.get_by_label("Name", exact=True)).to_have_value(name.replace("\n", ""))
        chosen = page.locator("[data-node][data-selected]")
        expect(chosen).to_have_attribute("data-node", name)
        expect(chosen).to_have_attribute("aria-label", re.compile(f"^{re.escape(name)}, Conv2d"))
        chosen.locator(".nf-node-name").hover()
        hand.tool(page, "disable").hover()
    assert page.locator("[data-canvas] :is(img, script, iframe, object, a[href^='javascript:'])").count() == 0


def test_names_are_text_in_the_picture(page: Page, nasty: Document) -> None:
    files = {}
    for kind in ("PNG", "SVG"):
        hand.tool(page, "picture").click()
        with page.expect_download() as download:
            page.get_by_role("menuitem", name=re.compile(kind)).click()
        files[kind] = download.value.path().read_bytes()
    assert files["PNG"].startswith(b"\x89PNG")
    drawn = list(ElementTree.fromstring(files["SVG"]).iter())
    assert {element.tag.rpartition("}")[2] for element in drawn} <= {"svg", "title", "g", "rect", "path", "text"}
    assert not [name for element in drawn for name in element.attrib if re.search("^on|href$|src", name)]
    texts = {element.text for element in drawn}
    assert {nasty.title, "a \"quoted\" 'name' &amp;", "名字 🙂"} <= texts
    page.set_content(files["SVG"].decode())  # a page that holds the picture; `visit` sees whether it runs or fetches

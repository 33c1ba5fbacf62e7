"""What a hand does on the canvas, in words. Layers are found by their path, joined with `/`."""

import json
import re
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

from builder.graph.document import Document
from tests.browser.acts import go
from tests.browser.server import Server


def canvas(page: Page) -> Locator:
    """The canvas as a whole."""
    return page.locator("[data-rev]").last


def node(page: Page, path: str) -> Locator:
    """A layer on the canvas."""
    return page.locator(f"[data-node={json.dumps(path)}]")


def port(page: Page, path: str, name: str) -> Locator:
    """A port of a layer: an input by its name, or `out`."""
    return node(page, path).locator(f"[data-port={json.dumps(name)}]").first


def box(what: Locator) -> FloatRect:
    """Where something stands on the screen."""
    found = what.bounding_box()
    assert found
    return found


def middle(what: Locator) -> tuple[float, float]:
    """The middle of something on the screen."""
    rectangle = box(what)
    return rectangle["x"] + rectangle["width"] / 2, rectangle["y"] + rectangle["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, drop: bool = True) -> None:
    """Press, move in small steps, release (or hold on)."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 6, start[1] + 6, steps=3)
    page.mouse.move(*end, steps=8)
    if drop:
        page.mouse.up()


def expect_checked(page: Page) -> None:
    """Wait until every edit is kept and its shapes are shown."""
    expect(canvas(page)).to_have_attribute("data-sync", "saved")
    expect(canvas(page)).to_have_attribute("data-checked", "true")


def expect_shape(page: Page, path: str, shape: str) -> None:
    """Wait until a layer shows this output."""
    expect(node(page, path)).to_have_attribute("data-shape", shape)


def expect_nodes(page: Page, *paths: str) -> None:
    """Wait until the canvas holds these layers, in whatever order."""
    expect(page.locator("[data-node]")).to_have_count(len(paths))
    assert sorted(nodes(page)) == sorted(paths)


def nodes(page: Page) -> list[str]:
    """The paths of all layers that are drawn."""
    found: list[str] = page.locator("[data-node]").evaluate_all("all => all.map(e => e.dataset.node)")
    return found


def choose(page: Page, path: str) -> None:
    """Select a layer by a click."""
    node(page, path).click(position={"x": 20, "y": 12})
    expect(node(page, path)).to_have_attribute("data-selected", "true")


def field(page: Page, name: str) -> Locator:
    """The inspector's field for a parameter."""
    return page.locator(f"[data-param={json.dumps(name)}] input").first


def entry(page: Page, layer: str) -> Locator:
    """A layer in the palette."""
    return page.locator(f"[data-layer={json.dumps(layer)}]").first


def tool(page: Page, name: str) -> Locator:
    """A button of the canvas's toolbar."""
    return page.locator(f"[data-tool={json.dumps(name)}]").first


def kept(page: Page, server: Server, id: str) -> Document:
    """The network as it lies in the workspace, when all edits have arrived."""
    expect_checked(page)
    return server.kept(id)


def chain(document: Document) -> list[str]:
    """The types from the first Input along the first wires."""
    graph = document.graph
    at: Any = next(n for n in graph.nodes if n.type == "Input")
    found = []
    while at is not None:
        found.append(at.type)
        out = graph.out_of(at.id)
        at = graph.node(out[0].target) if out else None
    return found


def write(page: Page, path: str, param: str, value: object) -> None:
    """Type a value into a parameter's field of a layer."""
    choose(page, path)
    field(page, param).fill(str(value))


def open_build(page: Page, server: Server, document: Document) -> str:
    """Show a network of its own on the canvas; its id."""
    id = server.keep(document)
    go(page, f"/build?network={id}")
    expect_checked(page)
    return id


def surface(page: Page) -> Locator:
    """Where layers lie; it takes the keyboard."""
    return canvas(page).get_by_role("application").first


def pane(page: Page) -> tuple[float, float]:
    """A free place of the surface: right of the stack."""
    surface = box(page.locator(".react-flow__pane").first)
    return surface["x"] + surface["width"] * 0.8, surface["y"] + surface["height"] * 0.5


def wire(page: Page, source: str, target: str) -> tuple[float, float]:
    """The middle of a wire on the screen."""
    x1, y1 = middle(port(page, source, "out"))
    x2, y2 = middle(port(page, target, "in"))
    return (x1 + x2) / 2, (y1 + y2) / 2


def search(page: Page, layer: str) -> None:
    """Find a layer in the palette."""
    page.get_by_role("searchbox").first.fill(layer)
    expect(entry(page, layer)).to_be_visible()


def also(page: Page, *paths: str) -> None:
    """Select further layers, with Shift held."""
    for path in paths:
        node(page, path).click(position={"x": 20, "y": 12}, modifiers=["Shift"])
        expect(node(page, path)).to_have_attribute("data-selected", "true")


def command(page: Page, name: str) -> Locator:
    """A line of the context menu."""
    return page.locator(f"[data-command=menu_{name}]")


def undo(page: Page) -> None:
    """Take the last act back, and wait until that is kept."""
    tool(page, "undo").click()
    expect_checked(page)


def head(page: Page, path: str) -> tuple[float, float]:
    """A place at which a layer is taken hold of, away from its ports."""
    rectangle = box(node(page, path))
    return rectangle["x"] + rectangle["width"] * 0.85, rectangle["y"] + rectangle["height"] * 0.3


def opened(page: Page, server: Server, before: str) -> str:
    """Wait until the page shows another network than before; its id."""
    page.wait_for_url(re.compile(rf"network=(?!{before})[\w-]+"))
    expect_checked(page)
    found = re.search(r"network=([\w-]+)", page.url)
    assert found
    return found[1]


def place(document: Document, id: str) -> tuple[float, float]:
    """Where a layer was put."""
    node = document.graph.node(id)
    assert node
    assert node.position
    return node.position

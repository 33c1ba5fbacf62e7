"""What people do on the pages, in words."""

import io
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.trained import example

DIGITS = tuple(node.id for node in example("digits-cnn").graph.nodes)
SMALL = ("input", "flatten1", "linear1", "relu1", "linear2", "output")
# the steps in the chart of the run that the address names: the view of another may stand beside it for a moment
STEPS = """() => {
  const run = new URL(location).searchParams.get("run");
  const plot = document.querySelector(`.st-key-live-${run} .js-plotly-plot`);
  return [...(plot?.data?.[0].x ?? [])];
}"""


def go(page: Page, address: str) -> None:
    """Open an address and wait until its page stands."""
    page.goto(address)
    settle(page)


def settle(page: Page) -> None:
    """Wait until the server has nothing more to say. For its answer to an act, expect what it must show."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")


def part(page: Page, key: str) -> Locator:
    """The element with this key; the last one, for while a page is drawn anew its old element may still stand there."""
    return page.locator(_keyed(key)).last


def _keyed(key: str) -> str:
    return ".st-key-" + "".join(c if c.isalnum() or c in "_-" else "-" for c in key)


def row(page: Page, name: str) -> Locator:
    """A layer's line in the outline."""
    lines = part(page, "outline").locator("[data-testid=stHorizontalBlock]")
    return lines.filter(has=page.locator(_keyed(f"row:{name}"))).last


def shape(page: Page, name: str) -> Locator:
    """What the outline says of a layer's output."""
    return row(page, name).locator("code").last


def names(page: Page) -> list[str]:
    """The layers from top to bottom."""
    return [text.split()[0] for text in part(page, "outline").locator("[class*=st-key-row-] strong").all_inner_texts()]


def expect_names(page: Page, *wanted: str) -> None:
    """Wait until the outline holds these layers in this order."""
    expect(part(page, "outline").locator("[class*=st-key-row-] strong")).to_have_text(list(wanted))


def setting(page: Page, layer: str, name: str) -> Locator:
    """The inspector's field for a parameter of the chosen layer."""
    key = f"st-key-{layer}-{name}"
    return page.locator(f".{key}, [class*='{key}__']").last.locator("input")  # a widget renewed by an undo has a number


def choose(page: Page, name: str) -> None:
    """Select a layer by mouse."""
    part(page, f"row:{name}").get_by_role("button").click()
    expect(setting(page, name, "id")).to_have_value(name)


def field(where: Page | Locator, name: str) -> Locator:
    """The input with this label, with or without a unit behind it."""
    return where.get_by_label(re.compile(rf"^{re.escape(name)}( \(|$)")).and_(where.locator("input"))


def add(page: Page, search: str, layer: str) -> None:
    """Add a layer below the chosen one, through the catalogue."""
    part(page, "add-layer").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(search)
    dialog.get_by_role("button", name=layer, exact=True).click()
    expect(dialog).to_be_hidden()


def cell(page: Page, text: str) -> Locator:
    """A cell of a table that holds this text; tables are drawn, and told to screen readers inside the canvas."""
    return page.locator("canvas td").filter(has_text=re.compile(re.escape(text))).first


def select_rows(page: Page, *rows: int) -> None:
    """Tick rows of the list of runs, or untick them; the first is 0."""
    grid = page.get_by_test_id("stDataFrame").first.locator("canvas").first
    expect(grid).to_be_visible()
    for row in rows:
        box = grid.bounding_box()
        assert box
        page.mouse.click(box["x"] + 16, box["y"] + 35 * (row + 1) + 17)
        settle(page)


def fill(field: Locator, value: object) -> None:
    """Type into a field and leave it by Enter."""
    field.fill(str(value))
    field.press("Enter")


def live(page: Page) -> Locator:
    """The live view of the run that the address names."""
    return part(page, f"live:{watched(page.url)}").locator(".builder-live")


def watched(url: str) -> str:
    """The run that an address names, or nothing."""
    return parse_qs(urlsplit(url).query).get("run", [""])[0]


def expect_status(page: Page, words: str, seconds: float = 30) -> None:
    """Wait until the live view says so."""
    expect(live(page).locator(".live-status")).to_contain_text(words, timeout=1000 * seconds)


def steps(page: Page) -> list[int]:
    """The steps that stand in the live chart."""
    found: list[int] = page.evaluate(STEPS)
    return found


def wait_for_step(page: Page, step: int) -> list[int]:
    """Wait until the chart has come so far; its steps then."""
    page.wait_for_function(f"step => (({STEPS})().at(-1) ?? 0) >= step", arg=step, timeout=90_000)
    return steps(page)


def stop(page: Page) -> None:
    """Stop the run that is watched; Streamlit's own button to stop a script is called alike."""
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Stop").click()


def until(holds: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait for something outside the browser; what `holds` answered."""
    end = time.monotonic() + seconds
    while not (answer := holds()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return answer


def draw(page: Page, *points: tuple[float, float]) -> None:
    """One stroke over the drawing canvas; places as shares of its width and height."""
    canvas = page.locator("canvas").last
    expect(canvas).to_be_visible()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


def clicks(page: Page) -> int:
    """How often this tab was clicked since it was opened."""
    return int(page.evaluate("() => Number(sessionStorage.getItem('clicks'))"))


def png(pixels: Any) -> bytes:
    """An image file of uint8 pixels."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(file, "PNG")
    return file.getvalue()


def upload(name: str, content: bytes, type: str = "application/octet-stream") -> Any:
    """A file as `set_input_files` takes it."""
    return {"name": name, "mimeType": type, "buffer": content}


def show_outline(page: Page) -> None:
    """Turn from the canvas to the outline."""
    page.get_by_role("radio", name="Outline").or_(page.get_by_role("button", name="Outline")).first.click()
    expect(part(page, "outline-tools")).to_be_visible()

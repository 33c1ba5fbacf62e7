"""Names that are attacks: on every page they are text and nothing else."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from builder.data.sources.places import keep_upload
from builder.graph.document import Document, from_json
from tests.browser.acts import cell, go, live, part, png, select_rows, upload, wait_for_step
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example, finish

PAGES = ("/", "/build", "/data", "/train", "/runs", "/predict")
IMAGE = "<img src=x onerror=window.__pwn=1>"
SCRIPT = "<script>window.__pwn=1</script>"
LINK = "[go](javascript:window.__pwn=1)"
FETCH = "![x](http://127.0.0.1:9/t.png)"
FORMULA = '=HYPERLINK("http://127.0.0.1:9", "x")'
EVIL = (IMAGE, SCRIPT, LINK, FETCH)


def lookalike(name: str) -> str:
    """How charts show a name: Plotly would read angle brackets as markup."""
    return name.translate(str.maketrans({"<": "‹", ">": "›"}))


def table() -> bytes:
    """A CSV whose classes, texts and columns are attacks."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([f"text {SCRIPT}", f"label {IMAGE}"])
    words = {IMAGE: "bad awful broken", SCRIPT: "good lovely fine", LINK: "red green blue", FETCH: "one two three"}
    writer.writerows([f"{line} {number} {SCRIPT}", name] for name, line in words.items() for number in range(20))
    return text.getvalue().encode()


def hostile(path: str) -> Document:
    """A network that trains, every name of which is an attack."""
    plain = example("sentiment-mlp", "recipe.epochs=1").model_dump(mode="json")
    new = dict(zip(("embedding1", "linear1", "relu1", "dropout1"), EVIL, strict=True))
    graph = plain["graph"]
    for node in graph["nodes"]:
        node["id"] = new.get(node["id"], node["id"])
        if node["id"] == "linear2":
            node["params"]["out_features"] = len(EVIL)
    for edge in graph["edges"]:
        edge |= {end: new.get(edge[end], edge[end]) for end in ("source", "target")}
    data = {"source": "text-table", "path": path}
    data |= {"text_column": f"text {SCRIPT}", "label_column": f"label {IMAGE}"}
    return from_json(plain | {"title": IMAGE, "about": SCRIPT, "data": data})


class Hostile:
    """A workspace in which every name is an attack."""

    def __init__(self, server: Server) -> None:
        self.server = server
        document = hostile(keep_upload(f"{IMAGE}.csv", table()))
        self.network = server.keep(document)
        with server.store() as store:
            self.runs = finish(store, document, document.model_copy(update={"title": SCRIPT}))
            store.rename(self.runs[0].id, IMAGE)
            store.rename(self.runs[1].id, FETCH)
        self.run = self.runs[0].id


@pytest.fixture(scope="module")
def hostiles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    server = Server(tmp_path_factory.mktemp("hostile"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NETBUILDER_HOME", str(server.home))
        found = Hostile(server)
    try:
        server.start()
        yield found
    finally:
        server.stop()


@pytest.fixture
def attacked(visit: Visit, hostiles: Hostile) -> Page:
    """A page of the hostile workspace; that nothing ran and nothing was fetched is looked at in the end."""
    return visit(hostiles.server)


def test_names_are_only_text_in_the_outline(attacked: Page, hostiles: Hostile, tmp_path: Path) -> None:
    go(attacked, f"/build?network={hostiles.network}&view=outline")
    outline = part(attacked, "outline")
    for name in EVIL:
        expect(outline.get_by_text(name[:20])).to_be_visible()
    outline.get_by_text(IMAGE[:20]).click()
    expect(part(attacked, "inspector").locator("input").first).to_have_value(IMAGE)
    outline.get_by_text(IMAGE[:20]).hover()
    part(attacked, "tool:delete").get_by_role("button").click()
    expect(part(attacked, "problem:" + SCRIPT + ":0").or_(attacked.get_by_text("[G-")).first).to_be_visible()
    attacked.get_by_role("button", name="Undo").click()
    expect(outline.get_by_text(IMAGE[:20])).to_be_visible()
    part(attacked, "add-layer").get_by_role("button").click()
    expect(attacked.get_by_role("dialog").get_by_text(IMAGE)).to_be_visible()
    attacked.keyboard.press("Escape")
    part(attacked, "network-menu").get_by_role("button").first.click()
    with attacked.expect_download() as started:
        attacked.get_by_role("button", name="Save to a file").click()
    assert re.fullmatch(r"[\w-]+\.json", started.value.suggested_filename)
    part(attacked, "delete-network").get_by_role("button").click()
    expect(attacked.get_by_role("dialog").get_by_text(IMAGE, exact=True)).to_be_visible()


def test_names_are_only_text_on_the_data_page(attacked: Page, hostiles: Hostile) -> None:
    go(attacked, f"/data?network={hostiles.network}")
    chart = part(attacked, "class-counts")
    for name in EVIL:
        expect(chart.get_by_text(lookalike(name), exact=True)).to_be_visible()
    bar = chart.locator(".bars .point").first.bounding_box()
    assert bar
    attacked.mouse.move(bar["x"] + bar["width"] / 2, bar["y"] + bar["height"] / 2, steps=3)
    expect(chart.locator(".hovertext").first).to_be_visible()
    expect(cell(attacked, IMAGE)).to_be_attached()


def test_names_of_folders_and_files_in_an_archive_are_only_text(attacked: Page, hostiles: Hostile) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(12):
            for name in (IMAGE, FETCH.replace("/", "_")):
                pixels = [[(number * 20) % 255] * 9] * 9
                archive.writestr(f"{name}/{number}{IMAGE}.png", png(pixels))
        archive.writestr(f"{IMAGE}/broken.png", b"<html>")
    network = hostiles.server.keep(example("digits-cnn", 'data={"source": "images"}'))
    go(attacked, f"/data?network={network}")
    attacked.locator("input[type=file]").set_input_files(upload(f"{IMAGE}.zip", file.getvalue(), "application/zip"))
    expect(attacked.get_by_text(f'"{IMAGE}/broken.png"')).to_be_visible()  # it cannot be read, and is named
    attacked.get_by_role("button", name="Go on without them").click()
    attacked.get_by_role("button", name="Use it").click()
    chart = part(attacked, "class-counts")
    expect(chart.get_by_text(lookalike(IMAGE), exact=True)).to_be_visible()


def test_names_are_only_text_while_a_run_is_watched(attacked: Page, hostiles: Hostile) -> None:
    go(attacked, f"/train?run={hostiles.run}&network={hostiles.network}")
    expect(attacked.get_by_role("heading", name=IMAGE, exact=True).first).to_be_visible()
    wait_for_step(attacked, 1)
    live(attacked).locator(".nsewdrag").first.hover()


def test_names_are_only_text_in_the_list_of_runs(attacked: Page, hostiles: Hostile) -> None:
    go(attacked, "/runs")
    for name in (IMAGE, FETCH):
        expect(cell(attacked, name)).to_be_attached()
    select_rows(attacked, 0, 1)
    legend = part(attacked, "curves").locator(".legend")
    for name in (IMAGE, FETCH):
        expect(legend.get_by_text(lookalike(name), exact=True)).to_be_visible()
    expect(attacked.get_by_text("What differs")).to_be_visible()
    select_rows(attacked, 1)
    attacked.get_by_text("Test results").click()
    matrix = part(attacked, "confusion:output")
    for name in EVIL:
        expect(matrix.get_by_text(lookalike(name), exact=True).first).to_be_visible()
    attacked.get_by_role("button", name="Delete").click()
    expect(attacked.get_by_role("dialog").get_by_text(re.compile(r"onerror|t\.png"))).to_be_visible()


def test_names_are_only_text_in_predictions(attacked: Page, hostiles: Hostile) -> None:
    go(attacked, f"/predict?run={hostiles.run}")
    attacked.get_by_label("Text", exact=True).fill(f"{IMAGE} {LINK} {FETCH}")
    expect(attacked.get_by_test_id("stHeading").or_(attacked.get_by_role("heading", level=3)).last).to_be_visible()
    chart = part(attacked, "probabilities:output")
    for name in EVIL:
        expect(chart.get_by_text(lookalike(name), exact=True)).to_be_visible()
    attacked.get_by_role("radio", name="Upload").click()
    lines = "\n".join((*EVIL, FORMULA)).encode()
    attacked.locator("input[type=file]").set_input_files(upload(f"{IMAGE}.txt", lines, "text/plain"))
    for name in EVIL:
        expect(cell(attacked, name)).to_be_attached()
    with attacked.expect_download() as started:
        attacked.get_by_test_id("stDownloadButton").get_by_role("button").click()
    assert started.value.suggested_filename == "predictions.csv"
    saved = io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))
    inputs = [row["input"] for row in csv.DictReader(saved)]
    assert inputs == [*EVIL, f"'{FORMULA}"]
    attacked.get_by_test_id("stDataFrame").hover()
    expect(attacked.get_by_role("button", name="Fullscreen").last).to_be_visible()
    expect(attacked.get_by_role("button", name="Download as CSV")).to_have_count(1)  # the table's own knows no caution


def test_a_visit_to_every_page_asks_no_other_host(attacked: Page) -> None:
    for address in PAGES:
        go(attacked, address)
        expect(attacked.get_by_test_id("stMainBlockContainer")).not_to_be_empty()

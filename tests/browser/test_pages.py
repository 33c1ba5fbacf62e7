"""What the pages do beside the main job: empty states, comparing, renaming, tables to take away."""

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sklearn.datasets import load_digits

from builder.core.errors import Error
from builder.graph.document import from_json
from builder.runs.store import Run
from tests.browser.acts import cell, expect_status, go, part, png, select_rows, upload, wait_for_step
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example, finish

EMPTY = {
    "/build": "No network is open yet.",
    "/data": "Data belongs to a network.",
    "/train": "There is nothing to train yet.",
    "/runs": "No runs yet.",
    "/predict": "Nothing is trained yet.",
}


@pytest.fixture(scope="module")
def runs(server: Server) -> list[Run]:
    """Two runs of XOR that differ in two values, and one of digits."""
    wide = example("xor-mlp", "recipe.epochs=25").model_dump(mode="json")
    wide["graph"]["nodes"][1]["params"]["out_features"] = 9
    documents = [example("xor-mlp", "recipe.epochs=20"), from_json(wide), example("digits-cnn", "recipe.epochs=2")]
    with server.store() as store:
        return finish(store, *documents)


def test_every_empty_page_says_what_to_do_next(fresh: Server, visit: Visit) -> None:
    page = visit(fresh.start())
    for address, sentence in EMPTY.items():
        go(page, address)
        expect(page.get_by_text(sentence)).to_be_visible()
        page.get_by_role("button", name="Go to the gallery").click()
        expect(page.get_by_role("heading", name="Start from a network that works")).to_be_visible()


def test_two_runs_are_compared(page: Page, server: Server, runs: list[Run]) -> None:
    go(page, "/runs")
    expect(cell(page, runs[0].name)).to_be_attached()
    listed = [page.get_by_test_id(f"glide-cell-1-{at}").first.inner_text() for at in range(3)]
    select_rows(page, *(listed.index(run.name) for run in runs[:2]))
    curves = part(page, "curves")
    for run in runs[:2]:
        expect(curves.locator(".legend").get_by_text(run.name, exact=True)).to_be_visible()
    expect(curves.locator(".scatterlayer .trace")).to_have_count(2)
    page.get_by_role("radio", name="Training loss").click()
    expect(curves.locator(".ytitle").get_by_text("Training loss")).to_be_visible()
    expect(page.get_by_text("What differs")).to_be_visible()
    for fact in ("epochs", "20", "25", "9"):
        expect(cell(page, fact)).to_be_attached()


def test_a_run_is_renamed_and_deleted(page: Page, server: Server, runs: list[Run]) -> None:
    with server.store() as store:
        (run,) = finish(store, example("xor-mlp", "recipe.epochs=1"))
    go(page, "/runs")
    expect(cell(page, run.name)).to_be_attached()
    select_rows(page, 0)  # the newest
    page.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Mein Lauf 一号")
    dialog.get_by_role("button", name="Rename").click()
    expect(cell(page, "Mein Lauf 一号")).to_be_attached()
    assert server.run(run.id).name == "Mein Lauf 一号"
    page.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("Mein Lauf 一号")).to_be_visible()
    dialog.get_by_role("button", name="Delete for good").click()
    expect(dialog).to_be_hidden()
    expect(page.locator("canvas td").filter(has_text="Mein Lauf 一号")).to_have_count(0)
    assert not (server.home / "runs" / run.id).exists()
    with pytest.raises(Error, match="No such run"):
        server.run(run.id)


def test_many_images_give_a_table_to_download(page: Page, server: Server, runs: list[Run]) -> None:
    go(page, f"/predict?run={runs[2].id}")
    page.get_by_role("radio", name="Upload").click()
    images = load_digits().images[:5]
    files = [upload(f"digit {at}.png", png(image * (255 / 16)), "image/png") for at, image in enumerate(images)]
    page.locator("input[type=file]").set_input_files([*files, upload("=broken.png", b"\x89PNG cut", "image/png")])
    expect(cell(page, "digit 4.png")).to_be_attached()
    expect(page.get_by_text(re.compile(r"\[I-(BAD|TYPE)\]"))).to_be_visible()
    with page.expect_download() as started:
        page.get_by_test_id("stDownloadButton").get_by_role("button").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    assert [row["input"] for row in rows] == [f"digit {at}.png" for at in range(5)]
    assert all(row["label"] in "0123456789" and 0 < float(row["probability"]) <= 1 for row in rows)
    assert all(sum(float(row[str(digit)]) for digit in range(10)) == pytest.approx(1, abs=1e-4) for row in rows)


def test_a_loss_that_is_no_number_ends_with_a_sentence(page: Page, server: Server) -> None:
    recipe = 'recipe={"epochs": 50, "optimizer": {"type": "SGD", "lr": 100.0}}'
    go(page, f"/train?network={server.keep(example('digits-cnn', recipe))}")
    page.get_by_role("button", name="Start training").click()
    problem = page.locator(".live-problem").filter(has_text="[R-NAN]")
    expect(problem).to_contain_text("Try a lower learning rate.")
    expect_status(page, "Failed")
    expect(page.get_by_role("button", name="Resume")).to_be_hidden()


def test_the_numbers_are_shown_and_downloaded(page: Page, server: Server, runs: list[Run]) -> None:
    go(page, f"/train?run={runs[0].id}&network={server.keep(example('xor-mlp'))}")
    wait_for_step(page, 20)
    page.get_by_text("Show as a table").click()
    expect(page.locator("canvas th").filter(has_text="train_loss")).to_be_attached()
    with page.expect_download() as started:
        part(page, "download-history").get_by_role("button").click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text())))
    assert [int(row["step"]) for row in rows] == server.steps(runs[0].id)
    assert all(float(row["train_loss"]) >= 0 for row in rows)

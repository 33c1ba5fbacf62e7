"""What each page does: its empty state, its data, its numbers, and that nothing is too long for it."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sklearn.datasets import load_digits

from builder.core.errors import Error
from builder.data.sources.reviews import Reviews
from builder.graph.document import Document, from_json
from builder.runs.store import Run
from tests.browser.acts import cell, field, fill, go, part, png, select_rows, settle, until, upload, wait_for_step
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
# every source that is here without a download, and how many samples it has
READY = {"Digits": 1797, "Reviews": len(Reviews().load().labels), "XOR": 12}
WITH_DATASETS = {"MNIST": 70_000, "Fashion-MNIST": 70_000}
REVIEWS = [("服务很好，房间也干净", "好评"), ("太吵了，早餐也难吃", "差评")]


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


def data_of(page: Page, server: Server, *values: str) -> str:
    """Open the Data page of a network of its own; its id."""
    id = server.keep(example("digits-cnn", *values))
    go(page, f"/data?network={id}")
    return id


def choose_source(page: Page, title: str) -> None:
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option", name=title, exact=True).click()


def counts(page: Page) -> list[int]:
    """The samples of the training, validation and test part."""
    shown = page.get_by_test_id("stMetricValue")
    expect(shown).to_have_count(3)
    return [int(text.replace(",", "")) for text in shown.all_inner_texts()]


def expect_counts(page: Page, *wanted: int) -> None:
    expect(page.get_by_test_id("stMetricValue")).to_have_text([f"{count:,}" for count in wanted])


def test_every_ready_source_can_be_chosen_and_seen(page: Page, server: Server, real_data: Path | None) -> None:
    data_of(page, server, 'data={"source": "text-table"}')
    for title, samples in (READY | (WITH_DATASETS if real_data else {})).items():
        choose_source(page, title)
        expect(page.get_by_role("combobox", name="Data set")).to_have_value(title)
        until(lambda wanted=samples: wanted == sum(counts(page)))
        expect(part(page, "class-counts").locator(".bars .point").first).to_be_visible()


def test_a_large_set_is_not_fetched_without_being_asked_for(fresh: Server, visit: Visit) -> None:
    fresh.datasets = None
    page = visit(fresh.start())
    data_of(page, fresh, 'data={"source": "cifar10"}')
    expect(page.get_by_text(re.compile("MB|download", re.I)).first).to_be_visible()
    expect(page.get_by_test_id("stMetricValue")).to_have_count(0)


def image_zip(each: int) -> bytes:
    """Three classes of digits, a folder each."""
    digits = load_digits()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, name in enumerate(("zero", "one", "两个")):
            for at, image in enumerate(digits.images[digits.target == number][:each]):
                archive.writestr(f"{name}/{at}.png", png(image * (255 / 16)))
    return file.getvalue()


def test_an_archive_of_images_is_uploaded_split_and_augmented(page: Page, server: Server) -> None:
    network = data_of(page, server)
    choose_source(page, "Images")
    page.locator("input[type=file]").set_input_files(upload("mine.zip", image_zip(40), "application/zip"))
    expect(part(page, "class-counts").get_by_text("两个", exact=True)).to_be_visible()
    assert sum(counts(page)) == 120
    fill(field(page, "test"), 0.5)
    fill(field(page, "validation"), 0.2)
    expect_counts(page, 48, 12, 60)
    fill(field(page, "limit"), 6)
    expect_counts(page, 6, 6, 6)
    page.get_by_text("flip", exact=True).click()
    fill(field(page, "rotation"), 30)
    expect(page.get_by_text("one image, as the network may meet it")).to_be_visible()
    expect(page.get_by_text("original", exact=True)).to_be_visible()
    fill(field(page, "size"), 12)
    fill(field(page, "seed"), 7)
    expect(field(page, "seed")).to_have_value("7")
    settle(page)
    go(page, f"/build?network={network}")
    expect(part(page, "outline").get_by_text("1x12x12")).to_be_visible()
    data = server.kept(network).data
    assert (data["seed"], data["limit"], data["size"]) == (7, 6, 12)
    assert data["augmentation"] == {"flip": True, "rotation": 30.0}


def chinese_table(encoding: str) -> bytes:
    """Reviews under Chinese column names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["标签", "内容"])
    writer.writerows([label, f"{line}，第{number}条"] for number in range(20) for line, label in REVIEWS)
    return text.getvalue().encode(encoding)


def test_a_chinese_table_is_uploaded_and_seen(page: Page, server: Server) -> None:
    data_of(page, server, 'data={"source": "text-table"}')
    expect(page.get_by_text("[P-NONE]")).to_be_visible()
    page.locator("input[type=file]").set_input_files(upload("评论.csv", chinese_table("utf-8"), "text/csv"))
    for label in ("好评", "差评"):
        expect(part(page, "class-counts").get_by_text(label, exact=True)).to_be_visible()
    assert sum(counts(page)) == 40
    expect(cell(page, "服务很好")).to_be_attached()


def test_a_table_in_gbk_is_explained_and_read_with_one_click(page: Page, server: Server) -> None:
    data_of(page, server, 'data={"source": "text-table"}')
    page.locator("input[type=file]").set_input_files(upload("评论.csv", chinese_table("gbk"), "text/csv"))
    problem = page.locator("[class*=st-key-problem]")
    expect(problem).to_contain_text("[T-ENC] Not UTF-8. It looks like GBK.")
    problem.get_by_role("button", name="GBK").click()
    expect(part(page, "class-counts").get_by_text("好评", exact=True)).to_be_visible()
    assert sum(counts(page)) == 40


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
    expect(page.locator(".live-status")).to_have_text("Failed")
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


LONG = "An endless name " * 625  # 10,000 characters
SOLID = "x" * 10_000
WIDE = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
  .map(element => [element.scrollWidth, element.clientWidth])"""


def long_named(title: str) -> Document:
    """A network with names as long as they may be."""
    plain = example("xor-mlp", "recipe.epochs=1").model_dump(mode="json")
    plain["title"] = plain["about"] = title
    for node in plain["graph"]["nodes"][1:-1]:
        for edge in plain["graph"]["edges"]:
            edge |= {end: f"{node['id']}{title}"[:200] for end in ("source", "target") if edge[end] == node["id"]}
        node["id"] = f"{node['id']}{title}"[:200]
    return from_json(plain)


@pytest.fixture(scope="module")
def long_names(server: Server) -> Iterator[tuple[str, list[Run]]]:
    """A network and runs with endless names; they leave the list of runs again."""
    documents = [long_named(LONG), long_named(SOLID)]
    network = server.keep(documents[1])
    with server.store() as store:
        found = finish(store, *documents)
        yield network, found
        for run in found:
            store.delete(run.id)


@pytest.mark.parametrize("width", [420, 1280])
def test_names_of_any_length_leave_the_layout_whole(
    visit: Visit, server: Server, long_names: tuple[str, list[Run]], width: int
) -> None:
    network, runs = long_names
    page = visit(server, viewport={"width": width, "height": 900})
    for address in ("/", "/build", "/data", f"/train?run={runs[1].id}", "/runs", f"/predict?run={runs[1].id}"):
        go(page, address + ("&" if "?" in address else "?") + f"network={network}")
        expect(page.get_by_test_id("stMain").get_by_role("button").first).to_be_visible()
        if address == "/runs":
            select_rows(page, 0, 1)
            expect(part(page, "curves")).to_be_visible()
        for scrolled, shown in page.evaluate(WIDE):
            assert scrolled <= shown, address

"""The Data page: sources, uploads, and what settings do to them."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect
from sklearn.datasets import load_digits

from builder.data.sources.reviews import Reviews
from tests.browser.acts import cell, field, fill, go, part, png, settle, until, upload
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example

# every source that is here without a download, and how many samples it has
READY = {"Digits": 1797, "Reviews": len(Reviews().load()), "Visits": 720, "XOR": 12}
WITH_DATASETS = {"MNIST": 70_000, "Fashion-MNIST": 70_000}
REVIEWS = [("服务很好，房间也干净", "好评"), ("太吵了，早餐也难吃", "差评")]


def data_of(page: Page, server: Server, *values: str) -> str:
    """Open the Data page of a network of its own; its id."""
    id = server.keep(example("digits-cnn", *values))
    go(page, f"/data?network={id}")
    return id


def choose_source(page: Page, title: str) -> None:
    """Take a card."""
    change(page)
    page.get_by_role("button", name=f"Use {title}", exact=True).click()


def change(page: Page) -> None:
    """Open the cards, unless they are."""
    another, cards = page.get_by_role("button", name="Choose another"), page.get_by_text("Bring your own")
    expect(another.or_(cards).first).to_be_visible()
    if another.is_visible():
        another.click()
    expect(cards).to_be_visible()


def bring(page: Page, name: str, content: bytes, type: str) -> None:
    """Upload something, and use it as what it was recognised."""
    page.locator("input[type=file]").set_input_files(upload(name, content, type))
    use = page.get_by_role("button", name="Use it")
    expect(use).to_be_enabled()
    use.click()


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
        expect(part(page, "data-set")).to_contain_text(title)
        until(lambda wanted=samples: wanted == sum(counts(page)))
        expect(part(page, "class-counts").locator(".bars .point").first).to_be_visible()


def test_a_large_set_is_not_fetched_without_being_asked_for(fresh: Server, visit: Visit) -> None:
    fresh.datasets = None
    page = visit(fresh.start())
    data_of(page, fresh, 'data={"source": "cifar10"}')
    expect(page.get_by_text(re.compile("MB|download", re.I)).first).to_be_visible()
    expect(page.get_by_test_id("stMetricValue")).to_have_count(0)


def test_what_loads_long_is_cancelled_and_taken_up(fresh: Server, visit: Visit, datasets: Path) -> None:
    page = visit(fresh.start())
    path = json.dumps(str(datasets / "cifar10_12k_png.zip"))
    network = fresh.keep(example("digits-cnn", f'data={{"source": "images", "path": {path}, "size": 32}}'))
    page.goto(f"/data?network={network}")  # and not `go`, which waits until all is loaded
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Loading was cancelled")).to_be_visible()
    expect(page.get_by_test_id("stMetricValue")).to_have_count(0)
    page.get_by_role("button", name="Load it").click()
    assert sum(counts(page)) == 12_000


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
    change(page)
    bring(page, "mine.zip", image_zip(40), "application/zip")
    expect(part(page, "class-counts").get_by_text("两个", exact=True)).to_be_visible()
    assert sum(counts(page)) == 120
    fill(field(page, "test"), 0.5)
    fill(field(page, "validation"), 0.2)
    expect_counts(page, 48, 12, 60)
    fill(field(page, "limit"), 6)
    expect_counts(page, 6, 6, 6)
    page.get_by_text("Augmentation, while training only").click()
    page.get_by_text("flip", exact=True).click()
    fill(field(page, "rotation"), 30)
    expect(page.get_by_text("one image, as the network may meet it")).to_be_visible()
    expect(page.get_by_text("original", exact=True)).to_be_visible()
    fill(field(page, "size"), 12)
    fill(field(page, "seed"), 7)
    expect(field(page, "seed")).to_have_value("7")
    settle(page)
    go(page, f"/build?network={network}&view=outline")
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
    bring(page, "评论.csv", chinese_table("utf-8"), "text/csv")
    for label in ("好评", "差评"):
        expect(part(page, "class-counts").get_by_text(label, exact=True)).to_be_visible()
    assert sum(counts(page)) == 40
    expect(cell(page, "服务很好")).to_be_attached()


def test_a_table_in_gbk_is_explained_and_read_with_one_click(page: Page, server: Server) -> None:
    data_of(page, server, 'data={"source": "text-table"}')
    page.locator("input[type=file]").set_input_files(upload("评论.csv", chinese_table("gbk"), "text/csv"))
    problem = page.locator("[class*=st-key-problem]")
    expect(problem).to_contain_text("[T-ENC] Not UTF-8. It looks like GBK.")
    expect(page.get_by_role("button", name="Use it")).to_be_disabled()
    problem.get_by_role("button", name="GBK").click()
    page.get_by_role("button", name="Use it").click()
    expect(part(page, "class-counts").get_by_text("好评", exact=True)).to_be_visible()
    assert sum(counts(page)) == 40

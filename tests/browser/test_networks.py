"""Networks as people keep them: several, in files, over reloads and restarts, and in two tabs."""

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from builder.graph.document import read
from builder.graph.networks import Networks
from tests.browser.acts import (
    DIGITS,
    SMALL,
    add,
    choose,
    expect_names,
    fill,
    go,
    part,
    setting,
    settle,
    shape,
    show_outline,
    until,
    upload,
)
from tests.browser.server import Server
from tests.trained import example


def menu(page: Page) -> Locator:
    """The opened menu of the network."""
    opened = page.get_by_test_id("stPopoverBody")
    if not opened.is_visible():
        part(page, "network-menu").get_by_role("button").first.click()
    expect(opened).to_be_visible()
    return opened


def shown(page: Page) -> Locator:
    """The field that names the open network."""
    return part(page, "network-choice").get_by_role("combobox")


def test_networks_are_made_named_doubled_switched_and_deleted(page: Page, server: Server, digits: str) -> None:
    menu(page).get_by_role("button", name="New").click()
    expect_names(page, "input", "output")
    fill(menu(page).get_by_label("Name of the network"), "Mine 我的")
    expect(shown(page)).to_have_value("Mine 我的")
    page.keyboard.press("Escape")
    menu(page).get_by_role("button", name="Duplicate").click()
    expect(shown(page)).to_have_value("Mine 我的 (copy)")
    add(page, "relu", "ReLU")
    expect(part(page, "row:relu1")).to_be_visible()
    shown(page).click()
    page.get_by_role("option", name="Mine 我的", exact=True).click()
    expect_names(page, "input", "output")
    before = len(Networks(server.home).list())
    menu(page).get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog").filter(has_text="Delete this network?")
    expect(dialog.get_by_text("Mine 我的", exact=True)).to_be_visible()
    dialog.get_by_role("button", name="Delete for good").click()
    expect(shown(page)).to_have_value("Mine 我的 (copy)")
    assert len(Networks(server.home).list()) == before - 1


def test_networks_of_one_name_are_told_apart(page: Page, server: Server) -> None:
    twins = [server.keep(example("xor-mlp", 'title="Twin"')) for _ in range(2)]
    for size, twin in enumerate(twins, 3):
        go(page, f"/build?network={twin}&view=outline")
        choose(page, "linear1")
        fill(setting(page, "linear1", "out_features"), size)
        expect(shape(page, "linear1")).to_have_text(str(size))
    assert [server.kept(twin).graph.nodes[1].params["out_features"] for twin in twins] == [3, 4]
    shown(page).click()
    page.get_by_role("option", name=re.compile(f"^Twin.*{twins[0][:8]}")).click()
    expect(shape(page, "linear1")).to_have_text("3")


def test_a_network_is_saved_to_a_file_and_opened_again(page: Page, server: Server, small: str, tmp_path: Path) -> None:
    before = len(Networks(server.home).list())
    choose(page, "linear1")
    fill(setting(page, "linear1", "out_features"), 21)
    expect(shape(page, "linear1")).to_have_text("21")
    with page.expect_download() as started:
        menu(page).get_by_role("button", name="Save to a file").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert file.suffix == ".json"
    assert read(file.read_bytes()) == server.kept(small)
    go(page, "/")
    page.locator("input[type=file]").set_input_files(file)
    show_outline(page)
    expect_names(page, *SMALL)
    expect(shape(page, "linear1")).to_have_text("21")
    assert small not in page.url
    menu(page).locator("input[type=file]").set_input_files(file)
    expect(shape(page, "linear1")).to_have_text("21")
    until(lambda: len(Networks(server.home).list()) == before + 2)


NO_NETWORKS = {
    "[G-JSON] This file is not a valid project (Expecting": b"not json",
    "[G-VERSION]": b'{"format": "netbuilder", "version": 99}',
    "(too deeply nested)": b"[" * 100_000,
    "[G-FIELD]": b'{"format": "netbuilder", "version": 1, "graph": {"nodes": [{"id": "a"}]}}',
}


def test_files_that_are_no_network_are_explained(page: Page) -> None:
    go(page, "/")
    for sentence, content in NO_NETWORKS.items():
        page.locator("input[type=file]").set_input_files(upload("mine.json", content, "application/json"))
        expect(page.get_by_role("alert")).to_contain_text(sentence)
        expect(page.get_by_role("heading", name="Start from a network that works")).to_be_visible()


def test_a_file_with_every_kind_of_problem_can_be_opened_and_worked_on(page: Page, server: Server) -> None:
    broken = json.loads(example("digits-cnn").model_dump_json())
    broken["graph"]["nodes"][1]["type"] = "os.system"
    broken["graph"]["nodes"][2]["params"] = {"nonsense": 1}
    broken["graph"]["edges"].append({"source": "relu3", "target": "relu1"})
    go(page, "/")
    page.locator("input[type=file]").set_input_files(upload("b.json", json.dumps(broken).encode(), "application/json"))
    show_outline(page)
    expect(page.get_by_text("[G-TYPE]").first).to_be_visible()
    expect(page.get_by_text("[G-CYCLE]").first).to_be_visible()
    page.get_by_role("link", name="Train").click()
    expect(page.get_by_role("button", name="Start training")).to_be_disabled()
    page.get_by_role("button", name="Mend it in Build").click()
    expect_names(page, *DIGITS)


def test_a_reload_and_a_restarted_server_find_the_work(page: Page, server: Server, small: str) -> None:
    choose(page, "relu1")
    part(page, "tool:delete").get_by_role("button").click()
    left = ("input", "flatten1", "linear1", "linear2", "output")
    expect_names(page, *left)
    page.reload()
    choose(page, "linear1")
    fill(setting(page, "linear1", "out_features"), 11)
    expect(shape(page, "linear1")).to_have_text("11")
    server.kill()
    server.start()
    expect(setting(page, "flatten1", "id")).to_be_visible()  # drawn anew: what was chosen ended with the server
    expect_names(page, *left)
    settle(page)
    choose(page, "linear1")
    fill(setting(page, "linear1", "out_features"), 12)
    expect(shape(page, "linear1")).to_have_text("12")
    go(page, "/build?view=outline")  # a visit without a word of which network: the last one changed
    expect(shape(page, "linear1")).to_have_text("12")
    go(page, "/")
    page.get_by_role("button", name="Continue").click()
    show_outline(page)
    expect_names(page, *left)


def conflict(page: Page, small: str) -> Page:
    """Two tabs on one network; the second edits after the first. The second."""
    other = page.context.new_page()
    go(other, f"/build?network={small}&view=outline")
    expect_names(other, *SMALL)
    choose(other, "linear1")  # now: whatever is drawn anew shows the other's version, and goes on from there
    choose(page, "linear1")
    fill(setting(page, "linear1", "out_features"), 33)
    expect(shape(page, "linear1")).to_have_text("33")
    fill(setting(other, "linear1", "out_features"), 44)
    expect(other.get_by_text("This network was changed in another tab.")).to_be_visible()
    expect(shape(other, "linear1")).to_have_text("44")
    return other


def test_a_second_tab_may_take_the_other_version(page: Page, server: Server, small: str) -> None:
    other = conflict(page, small)
    other.get_by_role("button", name="Load the other version").click()
    expect(shape(other, "linear1")).to_have_text("33")
    expect(other.get_by_text("This network was changed in another tab.")).to_be_hidden()
    assert server.kept(small).graph.nodes[2].params["out_features"] == 33


def test_a_second_tab_may_keep_its_own_as_a_copy(page: Page, server: Server, small: str) -> None:
    other = conflict(page, small)
    other.get_by_role("button", name="Keep this as a copy").click()
    expect(shown(other)).to_have_value(re.compile(r"\(copy\)"))
    expect(shape(other, "linear1")).to_have_text("44")
    other.wait_for_url(lambda url: small not in url)
    copy = other.url.split("network=")[1].split("&")[0]
    assert server.kept(copy).graph.nodes[2].params["out_features"] == 44
    assert server.kept(small).graph.nodes[2].params["out_features"] == 33

"""Building a network in the outline: by mouse, by keyboard, in several networks, over reloads, and in two tabs."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from builder.graph.document import read
from builder.graph.networks import Networks
from tests.browser.acts import choose, expect_names, fill, go, names, part, row, setting, settle, upload
from tests.browser.server import Server
from tests.trained import example

DIGITS = tuple(node.id for node in example("digits-cnn").graph.nodes)
SMALL = ("input", "flatten1", "linear1", "relu1", "linear2", "output")


@pytest.fixture
def digits(page: Page, server: Server) -> str:
    """The page shows a network for digits of its own; its id."""
    return opened(page, server, "digits-cnn", DIGITS)


@pytest.fixture
def small(page: Page, server: Server) -> str:
    """The same with fewer layers."""
    return opened(page, server, "mnist-mlp", SMALL, 'data={"source": "digits"}')


def opened(page: Page, server: Server, name: str, layers: tuple[str, ...], *values: str) -> str:
    id = server.keep(example(name, *values))
    go(page, f"/build?network={id}")
    expect_names(page, *layers)
    return id


def add(page: Page, search: str, layer: str) -> None:
    """Add a layer below the chosen one, through the catalogue."""
    part(page, "add-layer").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill(search)
    dialog.get_by_role("button", name=layer, exact=True).click()
    expect(dialog).to_be_hidden()


def tool(page: Page, name: str) -> Locator:
    return part(page, "outline-tools").get_by_role("button", name=re.compile(rf"^{name}\b"))


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Move the focus by the Tab key alone."""
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{target} cannot be reached by keyboard")


def write_over(page: Page, target: Locator, text: str) -> None:
    """Replace what stands in the focused field, as a person without a mouse does."""
    expect(target).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_layers_are_added_moved_doubled_and_deleted_by_mouse(page: Page, server: Server, digits: str) -> None:
    choose(page, "relu1")
    part(page, "add-layer").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("It goes below relu1.")).to_be_visible()
    dialog.get_by_role("textbox").fill("normalis image")
    expect(dialog.get_by_role("button", name="BatchNorm2d", exact=True)).to_be_visible()
    expect(dialog.get_by_role("button", name="LSTM", exact=True)).to_be_hidden()
    dialog.get_by_role("button", name="BatchNorm2d", exact=True).click()
    expect_names(page, *DIGITS[:3], "batchnorm1", *DIGITS[3:])
    expect(row(page, "batchnorm1")).to_contain_text("32x8x8")
    tool(page, "Up").click()
    expect_names(page, "input", "conv1", "batchnorm1", *DIGITS[2:])
    tool(page, "Down").click()
    expect_names(page, *DIGITS[:3], "batchnorm1", *DIGITS[3:])
    tool(page, "Duplicate").click()
    expect_names(page, *DIGITS[:3], "batchnorm1", "batchnorm2", *DIGITS[3:])
    choose(page, "batchnorm1")
    tool(page, "Delete").click()
    expect_names(page, *DIGITS[:3], "batchnorm2", *DIGITS[3:])
    expect(part(page, "totals")).not_to_contain_text("to mend")
    expect(row(page, "batchnorm2")).to_contain_text("64")  # two parameters for each of 32 channels
    assert [node.id for node in server.kept(digits).graph.nodes] == names(page)


def test_a_search_without_result_says_what_to_try(page: Page, digits: str) -> None:
    part(page, "add-layer").get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("zzz")
    expect(page.get_by_text("No layer matches.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_everything_works_by_keyboard_alone(page: Page, small: str) -> None:
    tab_to(page, part(page, "row:flatten1").get_by_role("button"))
    page.keyboard.press("Enter")
    expect(setting(page, "flatten1", "id")).to_be_visible()
    page.keyboard.press("Alt+a")
    dialog = page.get_by_role("dialog")
    tab_to(page, dialog.get_by_role("textbox"))
    page.keyboard.type("dropout")
    found = dialog.get_by_role("button", name="Dropout", exact=True)
    expect(dialog.get_by_role("button", name="Linear", exact=True)).to_be_hidden()
    tab_to(page, found)
    page.keyboard.press("Enter")
    with_dropout = ("input", "flatten1", "dropout1", *SMALL[2:])
    expect_names(page, *with_dropout)
    expect(dialog).to_be_hidden()
    shortcuts(page, with_dropout)
    tab_to(page, part(page, "row:linear1").get_by_role("button"))
    page.keyboard.press("Enter")
    expect(setting(page, "linear1", "id")).to_be_visible()
    edit_by_keyboard(page)


def shortcuts(page: Page, before: tuple[str, ...]) -> None:
    """Each shortcut once, with its effect."""
    page.keyboard.press("Alt+ArrowDown")
    expect_names(page, "input", "flatten1", "linear1", "dropout1", *SMALL[3:])
    page.keyboard.press("Alt+ArrowUp")
    expect_names(page, *before)
    page.keyboard.press("Alt+d")
    expect_names(page, "input", "flatten1", "dropout1", "dropout2", *SMALL[2:])
    page.keyboard.press("Control+z")
    expect_names(page, *before)
    page.keyboard.press("Control+y")
    expect_names(page, "input", "flatten1", "dropout1", "dropout2", *SMALL[2:])
    page.keyboard.press("Alt+x")
    expect(part(page, "row:output")).to_be_visible()
    expect(page.locator("[class*=st-key-row-dropout]")).to_have_count(1)


def edit_by_keyboard(page: Page) -> None:
    """Parameters, the name and the inputs of the chosen layer."""
    size, name = setting(page, "linear1", "out_features"), setting(page, "linear1", "id")
    tab_to(page, size)
    write_over(page, size, "17")
    expect(row(page, "linear1").locator("code")).to_have_text("17")
    tab_to(page, name, "Shift+Tab")
    write_over(page, name, "hidden")
    expect(part(page, "row:hidden")).to_be_visible()
    expect(setting(page, "hidden", "id")).to_have_value("hidden")
    tab_to(page, part(page, "inspector").get_by_role("combobox"))
    page.keyboard.press("Backspace")
    expect(part(page, "totals")).to_contain_text("to mend")
    page.keyboard.type("flatten1")
    page.keyboard.press("Enter")
    expect(row(page, "hidden")).to_contain_text("flatten1")  # it skips the dropout above it, and says so
    expect(row(page, "hidden").locator("code")).to_have_text("17")


def test_a_skip_is_joined_through_the_inputs_field(page: Page, server: Server, digits: str) -> None:
    choose(page, "conv2")
    fill(setting(page, "conv2", "out_channels"), 32)
    expect(row(page, "relu2")).to_contain_text("32x8x8")
    choose(page, "relu2")
    add(page, "skip", "Add")
    expect(row(page, "add1")).to_be_visible()
    inputs = part(page, "inspector").get_by_role("combobox")
    inputs.fill("relu1")
    page.get_by_role("option", name="relu1").click()
    expect(row(page, "add1")).to_contain_text("← relu2, relu1")
    expect(row(page, "add1")).to_contain_text("32x8x8")
    expect(part(page, "totals")).not_to_contain_text("to mend")
    edges = [edge.source for edge in server.kept(digits).graph.into("add1")]
    assert edges == ["relu2", "relu1"]


def test_different_shapes_at_a_join_are_explained_there(page: Page, digits: str) -> None:
    choose(page, "relu2")
    add(page, "skip", "Add")
    part(page, "inspector").get_by_role("combobox").fill("relu1")
    page.get_by_role("option", name="relu1").click()
    problem = part(page, "problem:add1:0")
    expect(problem).to_contain_text("[G-SHAPE]")
    expect(problem).to_contain_text("64x8x8")
    expect(problem).to_contain_text("32x8x8")


@pytest.mark.parametrize(
    ("typed", "code"), [("banana", "[G-FIELD]"), ("0", "[G-RANGE]"), ("3, 5, 7", "[G-FIELD]"), ("-1", "[G-RANGE]")]
)
def test_an_invalid_value_is_kept_and_explained(page: Page, server: Server, digits: str, typed: str, code: str) -> None:
    choose(page, "conv1")
    value = setting(page, "conv1", "kernel_size")
    fill(value, typed)
    problem = part(page, "problem:conv1:0")
    expect(problem).to_contain_text(code)
    expect(problem).to_contain_text("kernel_size")
    assert "kernel_size" in server.kept(digits).graph.nodes[1].params
    page.reload()
    expect(value).to_have_value(typed)
    expect(problem).to_contain_text(code)
    fill(value, "3x5")
    expect(problem).to_be_hidden()
    expect(value).to_have_value("3x5")
    expect(row(page, "conv1")).to_contain_text("32x8x8")


def test_a_name_that_is_taken_is_refused_with_a_sentence(page: Page, digits: str) -> None:
    choose(page, "conv1")
    fill(setting(page, "conv1", "id"), "relu1")
    expect(page.get_by_role("alert")).to_contain_text("relu1")
    expect_names(page, *DIGITS)
    expect(setting(page, "conv1", "id")).to_have_value("conv1")


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
        go(page, f"/build?network={twin}")
        choose(page, "linear1")
        fill(setting(page, "linear1", "out_features"), size)
        expect(row(page, "linear1").locator("code")).to_have_text(str(size))
    assert [server.kept(twin).graph.nodes[1].params["out_features"] for twin in twins] == [3, 4]
    shown(page).click()
    page.get_by_role("option", name=re.compile(f"^Twin.*{twins[0][:8]}")).click()
    expect(row(page, "linear1").locator("code")).to_have_text("3")


def test_a_network_is_saved_to_a_file_and_opened_again(page: Page, server: Server, small: str, tmp_path: Path) -> None:
    choose(page, "linear1")
    fill(setting(page, "linear1", "out_features"), 21)
    expect(row(page, "linear1").locator("code")).to_have_text("21")
    with page.expect_download() as started:
        menu(page).get_by_role("button", name="Save to a file").click()
    file = tmp_path / started.value.suggested_filename
    started.value.save_as(file)
    assert file.suffix == ".json"
    assert read(file.read_bytes()) == server.kept(small)
    go(page, "/")
    page.locator("input[type=file]").set_input_files(file)
    expect_names(page, *SMALL)
    expect(row(page, "linear1").locator("code")).to_have_text("21")
    assert small not in page.url
    menu(page).locator("input[type=file]").set_input_files(file)
    expect(row(page, "linear1").locator("code")).to_have_text("21")
    titles = [entry.title for entry in Networks(server.home).list()]
    assert titles.count(server.kept(small).title) >= 3


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
    expect(page.get_by_text("[G-TYPE]").first).to_be_visible()
    expect(page.get_by_text("[G-CYCLE]").first).to_be_visible()
    page.get_by_role("link", name="Train").click()
    expect(page.get_by_role("button", name="Start training")).to_be_disabled()
    page.get_by_role("button", name="Mend it in Build").click()
    expect_names(page, *DIGITS)


def test_a_reload_and_a_restarted_server_find_the_work(page: Page, server: Server, small: str) -> None:
    choose(page, "relu1")
    tool(page, "Delete").click()
    left = ("input", "flatten1", "linear1", "linear2", "output")
    expect_names(page, *left)
    page.reload()
    choose(page, "linear1")
    fill(setting(page, "linear1", "out_features"), 11)
    expect(row(page, "linear1").locator("code")).to_have_text("11")
    server.kill()
    server.start()
    expect(setting(page, "flatten1", "id")).to_be_visible()  # drawn anew: what was chosen ended with the server
    expect_names(page, *left)
    settle(page)
    choose(page, "linear1")
    fill(setting(page, "linear1", "out_features"), 12)
    expect(row(page, "linear1").locator("code")).to_have_text("12")
    go(page, "/build")  # a visit without a word of which network: the last one changed
    expect(row(page, "linear1").locator("code")).to_have_text("12")
    go(page, "/")
    page.get_by_role("button", name="Continue").click()
    expect_names(page, *left)


def conflict(page: Page, small: str) -> Page:
    """Two tabs on one network; the second edits after the first. The second."""
    other = page.context.new_page()
    go(other, f"/build?network={small}")
    expect_names(other, *SMALL)
    choose(page, "linear1")
    fill(setting(page, "linear1", "out_features"), 33)
    expect(row(page, "linear1").locator("code")).to_have_text("33")
    choose(other, "linear1")
    fill(setting(other, "linear1", "out_features"), 44)
    expect(other.get_by_text("This network was changed in another tab.")).to_be_visible()
    expect(row(other, "linear1").locator("code")).to_have_text("44")
    return other


def test_a_second_tab_may_take_the_other_version(page: Page, server: Server, small: str) -> None:
    other = conflict(page, small)
    other.get_by_role("button", name="Load the other version").click()
    expect(row(other, "linear1").locator("code")).to_have_text("33")
    expect(other.get_by_text("This network was changed in another tab.")).to_be_hidden()
    assert server.kept(small).graph.nodes[2].params["out_features"] == 33


def test_a_second_tab_may_keep_its_own_as_a_copy(page: Page, server: Server, small: str) -> None:
    other = conflict(page, small)
    other.get_by_role("button", name="Keep this as a copy").click()
    expect(shown(other)).to_have_value(re.compile(r"\(copy\)"))
    expect(row(other, "linear1").locator("code")).to_have_text("44")
    other.wait_for_url(lambda url: small not in url)
    copy = other.url.split("network=")[1]
    assert server.kept(copy).graph.nodes[2].params["out_features"] == 44
    assert server.kept(small).graph.nodes[2].params["out_features"] == 33

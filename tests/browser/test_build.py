"""Building a network in the outline, by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import DIGITS, SMALL, add, choose, expect_names, fill, names, part, row, setting, shape
from tests.browser.server import Server

# at once when the row stands there, for Playwright's own waiting looks only now and then
ROW_IS_AT = """([name, at]) => [...document.querySelectorAll('[class*="st-key-row-"]')]
    .findIndex(row => row.classList.contains('st-key-row-' + name)) === at"""


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


def test_quick_presses_bring_no_old_value_back(page: Page, server: Server, digits: str) -> None:
    """The list is drawn before the form: a key pressed in between still carries the form's value of before."""
    wires = [(edge.source, edge.target) for edge in server.kept(digits).graph.edges]
    choose(page, "relu1")
    for _ in range(12):
        page.keyboard.press("Alt+ArrowDown")
        page.wait_for_function(ROW_IS_AT, arg=["relu1", 3])
        page.keyboard.press("Alt+ArrowUp")
        page.wait_for_function(ROW_IS_AT, arg=["relu1", 2])
    expect_names(page, *DIGITS)
    expect(part(page, "totals")).not_to_contain_text("to mend")
    assert sorted((edge.source, edge.target) for edge in server.kept(digits).graph.edges) == sorted(wires)


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
    expect(shape(page, "linear1")).to_have_text("17")
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
    expect(shape(page, "hidden")).to_have_text("17")


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

"""Networks from elsewhere on the Build page."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.acts import go, part, settle, upload
from tests.browser.server import Server
from tests.importing.keras_texts import conv, dense, layer3, pool, sequential3

KERAS = sequential3(
    layer3("Conv2D", "conv2d", **conv(8, activation="relu", padding="same")),
    layer3("MaxPooling2D", "max_pooling2d", **pool()),
    layer3("Flatten", "flatten"),
    layer3("Dense", "dense", **dense(10, activation="softmax")),
)
UNKNOWN = sequential3(
    layer3("Lambda", "![x](http://127.0.0.1:9/t.png)"), layer3("Mine", "<script>window.__pwn=1</script>")
)


def dialog(page: Page) -> Locator:
    """The dialog of imports, opened from the menu of the network."""
    part(page, "network-menu").get_by_role("button").first.click()
    page.get_by_role("button", name="Import from elsewhere").click()
    shown = page.get_by_test_id("stDialog")
    expect(shown.get_by_text("Nothing in a file is run")).to_be_visible()
    return shown


def give(shown: Locator, name: str, content: bytes) -> None:
    shown.locator("input[type=file]").set_input_files(upload(name, content))


def expect_network(page: Page, id: str) -> str:
    """Wait until another network than this one is open; its id."""
    page.wait_for_function("id => !location.search.includes(id)", arg=id)
    settle(page)
    return page.url.partition("network=")[2].partition("&")[0]


def test_a_classifier_opens_as_a_new_network(page: Page, server: Server, digits: str) -> None:
    before = server.kept(digits)
    shown = dialog(page)
    shown.get_by_role("tab", name="A torchvision classifier").click()
    shown.get_by_role("combobox").click()
    shown.get_by_role("combobox").fill("resnet18")
    page.get_by_role("option", name="resnet18", exact=True).click()
    expect(shown.get_by_text("11.7 M parameters")).to_be_visible()
    shown.get_by_role("button", name="Open as a new network").click()
    id = expect_network(page, digits)
    assert server.kept(id).title == "resnet18"
    assert server.kept(digits) == before
    go(page, f"/build?network={id}&view=outline")
    expect(part(page, "totals")).to_contain_text("11.7 M")


def test_a_keras_text_opens_and_can_be_trained(page: Page, server: Server, digits: str) -> None:
    shown = dialog(page)
    give(shown, "model.json", KERAS)
    expect(shown.get_by_text("8 layers")).to_be_visible()
    expect(shown.get_by_text("only the order of weights differs")).to_be_visible()
    shown.get_by_role("button", name="Open as a new network").click()
    id = expect_network(page, digits)
    assert [node.type for node in server.kept(id).graph.nodes] == [
        "Input", "Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear", "Softmax", "Output",
    ]  # fmt: skip
    go(page, f"/train?network={id}")
    expect(part(page, "start").get_by_role("button")).to_be_enabled()


def test_what_cannot_be_imported_is_named_and_changes_nothing(page: Page, server: Server, digits: str) -> None:
    before = server.kept(digits)
    shown = dialog(page)
    give(shown, "model.json", UNKNOWN)
    expect(shown.get_by_text('"Lambda" cannot be imported')).to_be_visible()
    expect(shown.get_by_text('"Mine" cannot be imported')).to_be_visible()
    expect(shown.get_by_role("button", name="Open as a new network")).to_be_hidden()
    give(shown, "weights.pt", b"\x80\x04.")
    expect(shown.get_by_text("could run code, so it was not opened")).to_be_visible()
    shown.get_by_role("button", name="Close").click()
    expect(shown).to_be_hidden()
    assert server.kept(digits) == before

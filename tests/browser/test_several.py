"""Several inputs and outputs in the browser: the roles of columns, a training with a chart for each, and the form."""

from playwright.sync_api import Page, expect

from tests.browser.acts import cell, expect_status, go, live, part, settle, until, upload, wait_for_step, watched
from tests.browser.server import Server
from tests.trained import example

NOTE = "lovely, patient staff, everything arrived hot"
ROWS = "note,place,minutes,price,guests\nthe soup was lukewarm,café,70,30,2\n汤头又浓又清,bakery,3,5,1\n"


def set_role(page: Page, row: int, role: str) -> None:
    """Choose another role for a column: a double click opens the list."""
    grid = page.get_by_test_id("stDataFrame").locator("canvas").first
    expect(grid).to_be_visible()
    option = page.locator("#portal").get_by_role("option", name=role, exact=True)
    before = cell(page, role).count()

    def chosen() -> bool:
        settle(page)
        if cell(page, role).count() > before:
            return True  # the page was slow to say so
        box = grid.bounding_box()  # the page may move while its charts are drawn
        assert box
        page.mouse.dblclick(box["x"] + 0.35 * box["width"], box["y"] + 35 * (row + 1) + 17)
        page.wait_for_timeout(500)
        if option.is_visible():
            option.click()
            page.wait_for_timeout(1000)
        else:
            page.keyboard.press("Escape")
        return cell(page, role).count() > before

    until(chosen)


def test_from_roles_to_predictions(page: Page, server: Server) -> None:
    network = server.keep(example("visits-two-answers", "recipe.epochs=30"))
    go(page, f"/data?network={network}")
    expect(page.get_by_text("what each is for")).to_be_visible()
    expect(part(page, "class-counts").get_by_text("yes", exact=True)).to_be_visible()
    expect(part(page, "answers-1").locator(".bars .point").first).to_be_attached()
    expect(cell(page, "predict: number")).to_be_attached()
    set_role(page, 4, "left out")
    until(lambda: server.kept(network).data.get("columns", {}).get("guests") == "ignore")  # type: ignore[union-attr]
    expect(cell(page, "left out")).to_be_attached()
    train(page, network)
    predict(page)


def train(page: Page, network: str) -> None:
    go(page, f"/train?network={network}")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(lambda url: watched(url) != "")
    wait_for_step(page, 5)
    expect_status(page, "Finished", 120)
    titles = live(page).locator(".live-figure:visible .live-title")
    expect(titles).to_have_text(
        ["Loss", "Accuracy · again", "Mean absolute error · rating", "R2 · rating", "Loss · again", "Loss · rating"]
    )
    expect(live(page).locator(".live-figure:visible .live-val").nth(1)).to_contain_text("%")


def predict(page: Page) -> None:
    go(page, f"/predict?run={watched(page.url)}")
    expect(page.get_by_text("The answers appear here")).to_be_visible()
    page.get_by_label("note").fill(NOTE)
    page.get_by_label("note").press("Control+Enter")
    page.get_by_label("minutes").fill("5")
    page.get_by_label("minutes").press("Enter")
    expect(page.get_by_role("heading", name="yes")).to_be_visible()
    expect(page.get_by_text("Dotted: the mean of the training data")).to_be_visible()
    expect(page.get_by_label("guests")).to_have_count(0)  # it was left out
    page.get_by_text("Upload", exact=True).first.click()
    page.locator("input[type=file]").set_input_files(upload("rows.csv", ROWS.encode(), "text/csv"))
    expect(cell(page, "line 2")).to_be_attached()
    expect(cell(page, "no")).to_be_attached()


def test_a_table_of_ones_own(page: Page, server: Server) -> None:
    """Roles are chosen before the table is used; what cannot be is said beside them, with the way out."""
    network = server.keep(example("visits-two-answers", 'data={"source": "table"}'))
    go(page, f"/data?network={network}")
    rows = "".join(f"{n % 9},{('red', 'blue')[n % 2]},{n * 1.5}\n" for n in range(60)) + "many,red,3\n"
    table = upload("mine.csv", f"size,colour,price\n{rows}".encode(), "text/csv")
    page.locator("input[type=file]").set_input_files(table)
    use = page.get_by_role("button", name="Use it")
    expect(use).to_be_enabled()
    expect(cell(page, "predict: number")).to_be_attached()
    expect(cell(page, "red").first).to_be_attached()
    set_role(page, 0, "input: number")
    problem = page.locator("[class*=st-key-problem]").filter(has_text="T-NUMBER").first
    expect(problem).to_contain_text('[T-NUMBER] "many" in column "size"')
    expect(use).to_be_disabled()
    problem.get_by_role("button").click()
    use.click()
    until(lambda: "columns" in server.kept(network).data)
    expect(page.get_by_test_id("stMetricValue")).to_have_count(3)

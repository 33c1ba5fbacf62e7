"""The main job from end to end: a network from the gallery, changed, mended, trained, watched, and used."""

import re
import time
from itertools import pairwise

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sklearn.datasets import load_digits

from builder.live.curve import MOST
from builder.runs.store import Run
from tests.browser.acts import (
    choose,
    clicks,
    draw,
    expect_names,
    expect_status,
    field,
    fill,
    go,
    live,
    names,
    part,
    png,
    row,
    setting,
    show_outline,
    steps,
    stop,
    until,
    upload,
    wait_for_step,
    watched,
)
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example

LOOP = [(0.5 + 0.25 * float(np.sin(a)), 0.5 - 0.38 * float(np.cos(a))) for a in np.linspace(0, 2 * np.pi, 24)]
SENTENCE = "这家餐厅的菜非常好吃，服务也很热情，下次还会再来。"
LONG = ("recipe.epochs=100000", "recipe.batch_size=256")  # nobody waits for its end


def digit(number: int) -> bytes:
    """A hand-written digit as an image file."""
    digits = load_digits()
    return png(digits.images[int(np.flatnonzero(digits.target == number)[0])] * (255 / 16))


def watch(page: Page, *, after: str = "") -> str:
    """Wait for the live view of a run, another one than `after`; its id."""
    page.wait_for_url(lambda url: watched(url) not in ("", after))
    run = watched(page.url)
    expect(live(page)).to_be_visible()
    return run


def press_start(page: Page) -> str:
    """Start a training; the id of its run."""
    before = watched(page.url)
    page.get_by_role("button", name="Start training").click()
    return watch(page, after=before)


def expect_complete(found: list[int], last: int) -> None:
    """The curve begins at the first step, has no gap or double, and reaches `last`."""
    assert found[0] == 1
    assert found[-1] >= last
    # of a long curve each stretch gives its lowest and its highest point, which may be one
    stretch = 1 if found[-1] <= MOST else -(-found[-1] // (MOST // 2 - 1))
    widest = 2 * stretch - 1
    assert all(0 < later - earlier <= widest for earlier, later in pairwise(found))


def test_the_main_job(page: Page, server: Server) -> None:
    edit_a_network(page)
    run = train_it(page)
    reload_and_pause(page, run, server)
    outlive_the_server(page, run, server)
    use_it(page)


def edit_a_network(page: Page) -> None:
    """From the gallery to a network that was changed, broken and mended."""
    go(page, "/")
    part(page, "open:digits-cnn").get_by_role("button", name="Open").click()
    show_outline(page)
    choose(page, "conv1")
    expect(row(page, "conv1")).to_contain_text("32x8x8")
    fill(setting(page, "conv1", "out_channels"), 24)
    expect(row(page, "conv1")).to_contain_text("24x8x8")
    expect(row(page, "relu1")).to_contain_text("24x8x8")
    whole = names(page)
    choose(page, "flatten1")
    page.get_by_role("button", name="Delete", exact=False).first.click()
    expect(part(page, "totals")).to_contain_text("to mend")
    problem = part(page, "problem:linear1:0")
    expect(problem).to_contain_text("G-")
    expect(problem).to_contain_text("linear1")
    problem.get_by_role("button", name="Insert Flatten").click()
    expect_names(page, *whole)
    expect(part(page, "totals")).not_to_contain_text("to mend")
    page.get_by_role("button", name="Undo").click()
    expect(part(page, "totals")).to_contain_text("to mend")
    page.get_by_role("button", name="Redo").click()
    expect_names(page, *whole)


def train_it(page: Page) -> str:
    """Start a long training and see its points arrive."""
    part(page, "to-train").get_by_role("button").click()
    recipe = part(page, "recipe")
    fill(field(recipe, "epochs"), 100_000)
    fill(field(recipe, "batch_size"), 256)
    expect(field(recipe, "batch_size")).to_have_value("256")
    run = press_start(page)
    first = wait_for_step(page, 1)
    live(page).evaluate("view => { view.kept = true }")
    wait_for_step(page, first[-1] + 20)
    assert live(page).evaluate("view => view.kept")
    expect(page.locator(".live-facts")).to_contain_text("samples per second")
    return run


def reload_and_pause(page: Page, run: str, server: Server) -> None:
    """The whole curve after a reload; a pause that holds, and a resume that goes on where it was."""
    seen = steps(page)[-1]
    page.reload()
    assert watch(page) == run
    expect_complete(wait_for_step(page, seen), seen)
    page.get_by_role("button", name="Pause").click()
    expect_status(page, "Paused")
    held = until(lambda: server.run(run).status == "paused" and server.run(run).step)
    assert wait_for_step(page, held)[-1] == held
    page.get_by_role("button", name="Resume").click()
    expect_status(page, "Training")
    expect_complete(wait_for_step(page, held + 10), held + 10)
    assert server.run(run).attempt == 1


def outlive_the_server(page: Page, run: str, server: Server) -> None:
    """The run goes on without its server, and the page finds both again."""
    server.kill()
    at = server.run(run).step
    expect(page.get_by_text("Connection lost")).to_be_visible()
    until(lambda: server.run(run).step > at + 10)
    alone = server.run(run).step
    server.start()
    expect_complete(wait_for_step(page, alone), alone)
    page.reload()
    assert watch(page) == run
    expect_complete(wait_for_step(page, alone), alone)
    recorded = server.steps(run)
    assert recorded == list(range(1, len(recorded) + 1))
    assert server.run(run).attempt == 1


def use_it(page: Page) -> None:
    """Predict while it trains: a file, then a drawing."""
    stop(page)
    expect_status(page, "Stopped")
    part(page, "to-predict").get_by_role("button").click()
    page.get_by_role("radio", name="Upload").or_(page.get_by_role("button", name="Upload", exact=True)).first.click()
    page.locator("input[type=file]").set_input_files(upload("seven.png", digit(7), "image/png"))
    expect_answer(page, "7")
    page.get_by_role("radio", name="Draw").or_(page.get_by_role("button", name="Draw", exact=True)).first.click()
    expect(page.get_by_text("The answer appears here as soon as you draw.")).to_be_visible()
    draw(page, *LOOP)
    expect_answer(page, "[0-9]")


def expect_answer(page: Page, label: str) -> None:
    """An answer: the class, its chart, what the network saw, how long it took."""
    expect(page.get_by_role("heading", name=re.compile(rf"^{label} +[0-9.]+%"))).to_be_visible()
    expect(page.get_by_text("What the network sees")).to_be_visible()
    expect(page.locator(".js-plotly-plot .bars .point").last).to_be_visible()
    expect(page.get_by_text("ms on this machine")).to_be_visible()


@pytest.fixture
def long_run(page: Page, server: Server) -> Run:
    """A run that trains, watched by the page."""
    go(page, f"/train?network={server.keep(example('digits-cnn', *LONG))}")
    run = press_start(page)
    wait_for_step(page, 5)
    return server.run(run)


def test_a_killed_worker_is_shown_within_five_seconds_and_resumed_with_one_click(
    page: Page, server: Server, long_run: Run
) -> None:
    until(lambda: server.run(long_run.id).epoch >= 3)
    server.kill_worker(long_run.id)
    expect_status(page, "Interrupted", seconds=5)
    before = clicks(page)
    page.get_by_role("button", name="Resume").click()
    expect_status(page, "Training")
    assert clicks(page) == before + 1
    last = server.steps(long_run.id)[-1]
    expect_complete(wait_for_step(page, last + 5), last + 5)
    assert server.run(long_run.id).attempt == 2
    stop(page)
    expect_status(page, "Stopped")


def test_a_second_tab_sees_the_same_run(page: Page, server: Server, long_run: Run) -> None:
    other = page.context.new_page()
    go(other, f"/train?run={long_run.id}")
    expect_complete(wait_for_step(other, 5), 5)
    page.close()
    further = steps(other)[-1] + 5
    wait_for_step(other, further)
    stop(other)
    expect_status(other, "Stopped")


def test_a_first_visitor_reaches_an_answer_in_six_clicks(fresh: Server, visit: Visit) -> None:
    page = visit(fresh.start())
    began = time.monotonic()
    go(page, "/")
    part(page, "open:digits-cnn").get_by_role("button", name="Open").click()
    part(page, "to-train").get_by_role("button").click()
    page.get_by_role("button", name="Start training").click()
    predict = part(page, "to-predict").get_by_role("button")
    predict.click()
    draw(page, *LOOP)
    expect_answer(page, "[0-9]")
    print(f"an own drawing was answered after {time.monotonic() - began:.1f} s and {clicks(page)} clicks")
    assert clicks(page) <= 6


def test_a_chinese_sentence_is_judged(page: Page) -> None:
    go(page, "/")
    part(page, "open:sentiment-lstm").get_by_role("button", name="Open").click()
    part(page, "to-train").get_by_role("button").click()
    epochs = field(part(page, "recipe"), "epochs")
    fill(epochs, 4)
    press_start(page)
    expect_status(page, "Finished", seconds=120)
    part(page, "to-predict").get_by_role("button").click()
    page.get_by_label("Text", exact=True).fill(SENTENCE)
    expect_answer(page, "(positive|negative)")
    expect(page.get_by_text("餐", exact=True)).to_be_visible()

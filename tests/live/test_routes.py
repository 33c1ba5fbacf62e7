"""The metrics route: what it answers, what it refuses, and that nothing is lost or doubled on the way."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from builder.core.errors import Error
from builder.live.curve import MOST
from builder.live.feed import FRESH
from builder.live.guard import middleware
from builder.live.routes import routes
from builder.runs.store import Row, Store

HERE = "http://localhost:8501"


@pytest.fixture
def client(store: Store) -> Iterator[TestClient]:
    app = Starlette(routes=routes(lambda: store), middleware=middleware())
    with TestClient(app, base_url=HERE) as client:
        yield client


def steps(first: int, last: int) -> list[Row]:
    return [("train_loss", step, 1 + step // 100, 1 / step) for step in range(first, last + 1)]


def ask(client: TestClient, run: str, after: int = 0, attempt: int = 1) -> dict[str, Any]:
    time.sleep(FRESH)  # what was read a moment ago is served again
    response = client.get(f"/api/runs/{run}/metrics", params={"after": after, "attempt": attempt})
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


def test_a_page_gets_every_point_once(client: TestClient, store: Store, run: str) -> None:
    store.record(run, [*steps(1, 3), ("val_loss", 3, 1, 0.5)], step=3)
    first = ask(client, run)
    assert first["series"]["train_loss"]["step"] == [1, 2, 3]
    assert first["series"]["val_loss"] == {"step": [3], "epoch": [1], "value": [0.5]}
    store.record(run, steps(4, 5), step=5)
    second = ask(client, run, first["next"])
    assert second["base"] == first["next"]
    assert second["series"].keys() == {"train_loss"}
    assert second["series"]["train_loss"]["step"] == [4, 5]
    assert second["series"]["train_loss"]["value"] == pytest.approx([1 / 4, 1 / 5], rel=1e-5)
    assert ask(client, run, second["next"])["series"] == {}


def test_progress_status_and_problem_are_told(client: TestClient, store: Store, run: str) -> None:
    store.record(run, steps(1, 200), spent=12.5, step=200, epoch=2, samples_per_second=640.0, seconds_left=50.0)
    answer = ask(client, run)
    assert answer["status"] == "running"
    assert answer["working"] is True
    assert answer["problem"] is None
    assert answer["progress"] == {
        "epoch": 2,
        "epochs": 10,
        "step": 200,
        "steps": 1000,
        "samples_per_second": 640.0,
        "seconds": 12.5,
        "seconds_left": 50.0,
    }


def test_a_long_history_is_thinned_but_keeps_its_spikes_and_ends(client: TestClient, store: Store, run: str) -> None:
    values = [math.sin(step / 900) for step in range(1, 100_001)]
    values[41_233], values[77_777] = 40.0, -40.0
    store.record(run, [("train_loss", step, 1, value) for step, value in enumerate(values, 1)])
    answer = ask(client, run)
    loss = answer["series"]["train_loss"]
    assert answer["thin"] is True
    assert MOST / 2 < len(loss["step"]) <= MOST
    assert loss["step"] == sorted(set(loss["step"]))
    assert (loss["step"][0], loss["step"][-1]) == (1, 100_000)
    points = dict(zip(loss["step"], loss["value"], strict=True))
    assert (points[41_234], points[77_778]) == (40.0, -40.0)
    store.record(run, [("train_loss", 100_001, 1, 0.25)])
    further = ask(client, run, answer["next"])
    assert further["thin"] is False
    assert further["series"]["train_loss"]["step"] == [100_001]


def test_the_average_follows_the_curve_without_its_noise(client: TestClient, store: Store, run: str) -> None:
    store.record(run, [("train_loss", step, 1, 1.0 + (step % 2) / 2) for step in range(1, 500)])
    smooth = ask(client, run)["series"]["train_loss"]["smooth"]
    assert smooth[0] == 1.5  # the first value itself: no pull towards 0
    assert all(1.2 < value < 1.3 for value in smooth[100:])


def test_what_is_no_number_is_null(client: TestClient, store: Store, run: str) -> None:
    store.record(run, [("train_loss", 1, 1, 2.0), ("train_loss", 2, 1, math.inf), ("train_loss", 3, 1, 1.0)])
    loss = ask(client, run)["series"]["train_loss"]
    assert loss["value"] == [2.0, None, 1.0]
    assert None not in loss["smooth"]


def test_a_resumed_run_is_told_from_the_beginning_without_what_was_dropped(
    client: TestClient, store: Store, run: str
) -> None:
    store.record(run, steps(1, 9))
    before = ask(client, run)
    store.forget_after(run, 5)
    store.record(run, [("train_loss", 6, 1, 7.0)])
    after = ask(client, run, before["next"], before["attempt"])
    assert after["attempt"] == before["attempt"] + 1
    assert after["base"] == 0
    assert after["series"]["train_loss"]["step"] == [1, 2, 3, 4, 5, 6]
    assert after["series"]["train_loss"]["value"][-1] == 7.0


def test_a_step_that_was_written_again_is_told_again(client: TestClient, store: Store, run: str) -> None:
    store.record(run, steps(1, 9))
    before = ask(client, run)
    store.record(run, [("train_loss", 4, 1, 7.0)])
    loss = ask(client, run, before["next"])["series"]["train_loss"]
    assert (loss["step"], loss["value"]) == ([4], [7.0])


@pytest.mark.parametrize("after", ["", "-1", "nine", "9" * 5000, "1e3", "99"])
def test_a_cursor_that_nobody_gave_out_means_the_beginning(
    client: TestClient, store: Store, run: str, after: str
) -> None:
    store.record(run, steps(1, 3))
    response = client.get(f"/api/runs/{run}/metrics", params={"after": after, "attempt": 1})
    assert response.json()["series"]["train_loss"]["step"] == [1, 2, 3]


@pytest.mark.parametrize(
    "run", ["nothing", "..%2f..%2fetc%2fpasswd", "0f8fad5b-d9cb-469f-a165-70867728950e", "%00", "a" * 3000]
)
def test_an_unknown_run_is_not_found_and_not_echoed(client: TestClient, run: str) -> None:
    response = client.get(f"/api/runs/{run}/metrics")
    assert response.status_code == 404
    assert run not in response.text
    assert "/" not in response.text
    if "%2f" not in run:  # a slash is no part of an id: no route at all
        assert response.json() == {"code": "P-NONE", "message": "No such run."}


def test_a_deleted_run_is_gone_from_memory_too(client: TestClient, store: Store, run: str) -> None:
    store.record(run, steps(1, 3))
    ask(client, run)
    store.transition(run, "running", "finished")
    store.delete(run)
    time.sleep(FRESH)
    assert client.get(f"/api/runs/{run}/metrics").status_code == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil:8501", "", "["]
)
def test_a_foreign_host_is_refused(client: TestClient, run: str, host: str) -> None:
    assert client.get(f"/api/runs/{run}/metrics", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:3000", "null", "", "file://", "http://["])
def test_a_foreign_origin_is_refused(client: TestClient, run: str, origin: str) -> None:
    assert client.get(f"/api/runs/{run}/metrics", headers={"Origin": origin}).status_code == 403


def test_the_own_page_is_welcome(client: TestClient, run: str) -> None:
    response = client.get(f"/api/runs/{run}/metrics", headers={"Origin": HERE})
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in response.headers
    assert client.get(f"/api/runs/{run}/metrics", headers={"Host": "127.0.0.1:8501"}).status_code == 200


def test_a_store_that_cannot_be_opened_is_explained_and_tried_again(store: Store, run: str) -> None:
    problems = [Error("S-WRITE", "The history cannot be written.")]

    def open_store() -> Store:
        if problems:
            raise problems.pop()
        return store

    client = TestClient(Starlette(routes=routes(open_store), middleware=middleware()), base_url=HERE)
    refused = client.get(f"/api/runs/{run}/metrics")
    assert (refused.status_code, refused.json()["code"]) == (503, "S-WRITE")
    assert client.get(f"/api/runs/{run}/metrics").status_code == 200


def test_many_readers_each_get_every_point_once(client: TestClient, store: Store, run: str) -> None:
    last, seen = 600, [[] for _ in range(8)]  # type: list[list[int]]

    def read(mine: list[int]) -> None:
        cursor = 0
        while len(mine) < last:
            answer = client.get(f"/api/runs/{run}/metrics", params={"after": cursor, "attempt": 1}).json()
            mine += answer["series"].get("train_loss", {"step": []})["step"]
            cursor = answer["next"]

    readers = [threading.Thread(target=read, args=(mine,), daemon=True) for mine in seen]
    for reader in readers:
        reader.start()
    for first in range(1, last, 20):
        store.record(run, steps(first, first + 19))
        time.sleep(0.02)
    for reader in readers:
        reader.join(20)
    assert seen == [list(range(1, last + 1))] * len(seen)


def test_a_killed_worker_is_shown_as_interrupted_within_five_seconds(
    client: TestClient, store: Store, make_worker: Callable[[], Any]
) -> None:
    worker = make_worker()
    run = worker.begin(store)
    assert ask(client, run)["status"] == "running"
    worker.process.kill()
    until = time.monotonic() + 5
    while (answer := ask(client, run))["status"] == "running" and time.monotonic() < until:
        time.sleep(0.1)
    assert answer["status"] == "interrupted"
    assert answer["working"] is False

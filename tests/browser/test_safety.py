"""What a hostile file, address or neighbour must not achieve."""

import re
import socket
import uuid

import httpx
import psutil
import pytest
from playwright.sync_api import Page, expect

from builder.graph.networks import Networks
from builder.runs.store import Run
from tests.browser.acts import expect_status, go, stop, upload, wait_for_step
from tests.browser.conftest import Visit
from tests.browser.server import Server
from tests.trained import example, finish

PAGES = ("/", "/build", "/data", "/train", "/runs", "/predict")
TITLES = ["Gallery", "Build", "Data", "Train", "Runs", "Predict"]
SCRIPT = "<script>window.__pwn=1</script>"
PATH = re.compile(r"(?<![\w.:/])/(?!/)[\w.-]+/[\w./-]+|File \"|Traceback")


@pytest.mark.parametrize("path", ["/", "/build", "/_stcore/health", "/_stcore/host-config", "/api/runs/x/metrics"])
def test_a_foreign_host_name_is_refused(server: Server, path: str) -> None:
    assert httpx.get(server.url + path, headers={"Host": "evil.example"}).status_code == 403
    assert httpx.get(server.url + path, headers={"Host": f"localhost:{server.port}"}).status_code in (200, 404)


def handshake(server: Server, host: str, origin: str) -> int:
    """The status with which the server answers a request for its websocket."""
    lines = [
        "GET /_stcore/stream HTTP/1.1",
        f"Host: {host}",
        f"Origin: {origin}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return int(connection.recv(100).split()[1])


def test_a_page_of_another_site_gets_no_session_and_no_numbers(server: Server) -> None:
    assert handshake(server, server.place, server.url) == 101
    assert handshake(server, server.place, "http://evil.example") == 403
    assert handshake(server, "evil.example", "http://evil.example") == 403
    foreign = {"Origin": "http://evil.example"}
    address = f"{server.url}/api/runs/{uuid.uuid4()}/metrics"
    assert httpx.get(address, headers=foreign).status_code == 403
    assert httpx.get(address, headers={"Origin": server.url}).status_code == 404


def test_an_upload_without_the_token_of_the_page_is_refused(page: Page, server: Server) -> None:
    network = server.keep(example("digits-cnn", 'data={"source": "images"}'))
    go(page, f"/data?network={network}")
    with page.expect_request(lambda request: "upload_file" in request.url and request.method == "PUT") as sent:
        page.locator("input[type=file]").set_input_files(upload("a.zip", b"PK\x05\x06" + bytes(18), "application/zip"))
    body = {"file": ("a.zip", b"x")}
    assert httpx.put(sent.value.url, files=body).status_code == 403
    assert httpx.put(sent.value.url, files=body, headers={"X-Xsrftoken": "made-up"}).status_code == 403
    foreign = {**sent.value.headers, "origin": "http://evil.example"}
    assert httpx.put(sent.value.url, content=b"x", headers=foreign).status_code == 403


def listening(process: psutil.Process) -> set[tuple[str, int]]:
    """Where a process and all that it started take connections."""
    found = set()
    for one in (process, *process.children(recursive=True)):
        found |= {c.laddr for c in one.net_connections("inet") if c.status == psutil.CONN_LISTEN}
    return {(address.ip, address.port) for address in found}


def test_only_this_machine_can_connect(page: Page, server: Server) -> None:
    go(page, f"/train?network={server.keep(example('digits-cnn', 'recipe.epochs=2000'))}")
    page.get_by_role("button", name="Start training").click()
    wait_for_step(page, 3)
    assert server.process
    process = psutil.Process(server.process.pid)
    assert any("builder.training.worker" in " ".join(one.cmdline()) for one in process.children(recursive=True))
    assert listening(process) == {("127.0.0.1", server.port)}
    stop(page)
    expect_status(page, "Stopped")


@pytest.fixture(scope="module")
def digits_run(server: Server) -> Run:
    """A finished run on digits in the workspace of the module's server."""
    with server.store() as store:
        (run,) = finish(store, example("digits-cnn", "recipe.epochs=1"))
    return run


def test_a_page_named_like_an_image_is_refused(page: Page, server: Server, digits_run: Run) -> None:
    go(page, f"/predict?run={digits_run.id}")
    page.get_by_role("radio", name="Upload").click()
    html = b"<html><script>window.__pwn=1</script></html>"
    page.locator("input[type=file]").set_input_files(upload("cat.png", html, "image/png"))
    expect(page.get_by_text("[I-TYPE]")).to_be_visible()
    expect(page.get_by_text("cat.png").first).to_be_visible()
    expect(page.get_by_role("heading", level=3)).to_be_hidden()


@pytest.mark.parametrize("address", ["/train?run=", "/predict?run=", "/build?network=", "/data?network="])
def test_a_guessed_id_is_answered_with_a_sentence(page: Page, server: Server, digits_run: Run, address: str) -> None:
    server.keep(example("xor-mlp"))
    for guess in (str(uuid.uuid4()), "../../etc/passwd", SCRIPT, "a" * 3000):
        go(page, address + guess)
        expect(page.get_by_text("[P-NONE]").first).to_be_visible()
        words = page.get_by_test_id("stMain").inner_text()
        assert guess not in words
        assert not PATH.search(words)


def test_an_unexpected_error_shows_a_reference_and_no_path(fresh: Server, visit: Visit) -> None:
    network = fresh.keep(example("xor-mlp"))
    (Networks(fresh.home).folder / f"{uuid.uuid4()}.json").mkdir()  # where a file is expected
    page = visit(fresh.start())
    go(page, f"/build?network={network}&view=outline")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("[X-INTERNAL] Something went wrong on our side.")
    words = page.locator("body").inner_text()
    assert not PATH.search(words)
    assert str(fresh.home) not in page.content()
    reference = re.search(r"Ref ([0-9A-F]{4}-[0-9A-F]{4})", alert.inner_text())
    assert reference
    log = (fresh.home / "app.log").read_text()
    assert f"{reference[1]}\nTraceback" in log


@pytest.mark.parametrize("address", PAGES)
def test_every_page_can_be_the_first_that_a_server_shows(fresh: Server, visit: Visit, address: str) -> None:
    network = fresh.keep(example("xor-mlp"))
    page = visit(fresh.start())
    go(page, f"{address}?network={network}" if address in ("/build", "/data", "/train") else address)
    links = page.get_by_role("navigation", name="App pages").get_by_role("link")
    expect(links).to_have_text([re.compile(f"{title}$") for title in TITLES])
    shows = {
        "/": "Start from a network that works",
        "/build": "linear1",
        "/data": "Choose another",
        "/train": "No run yet",
        "/runs": "No runs yet",
        "/predict": "Nothing is trained yet",
    }
    expect(page.get_by_text(shows[address]).first).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="[")).to_have_count(0)

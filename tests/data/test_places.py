"""Uploads, paths and downloads."""

import functools
import hashlib
import http.server
import io
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.core.errors import Error
from builder.data.sources import cifar
from builder.data.sources.cifar import Cifar10
from builder.data.sources.download import download
from builder.data.sources.mnist import FILES, Mnist
from builder.data.sources.places import find, keep_upload, resolve
from tests.data.sets import classes_of, source_of, zip_of
from tests.data.test_sources import python_2_batch, write_idx


def test_an_uploaded_zip_is_kept_by_its_content(tmp_path: Path, workspace: Path) -> None:
    content = Path(zip_of(tmp_path / "pets.zip", classes_of("cat", "dog"))).read_bytes()
    path = keep_upload("../../my pets.ZIP", content)
    assert path == f"upload:{hashlib.sha256(content).hexdigest()}.zip"
    assert keep_upload("other name", content) == path
    assert [entry.name for entry in (workspace / "datasets").iterdir()] == [path.removeprefix("upload:")]
    assert source_of(source="images", path=path).load().classes == ("cat", "dog")


def test_a_table_that_begins_like_a_zip_is_none() -> None:
    assert keep_upload("keys.csv", b"PK,label\n1,2\n").endswith(".csv")


def test_an_uploaded_table_is_kept(workspace: Path) -> None:
    path = keep_upload("said.CSV", b"text,label\n" + b"good,1\nbad,0\n" * 6)
    assert path.endswith(".csv")
    assert source_of(source="text-table", path=path).spec().target.classes == ("0", "1")


def tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("cat/a.png"))
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.zip", tar(), r"\[Z-TYPE\] \"a.zip\" is another kind of archive. Please use a plain .zip."),
        ("a.csv", b"7z\xbc\xaf\x27\x1c", r"\[Z-TYPE\]"),
        ("a.zip", b"PK\x03\x04 and no more", r"\[Z-TYPE\] \"a.zip\" is not a whole zip"),
        ("a.zip", b"words", r"\[T-TYPE\] \"a.zip\" is neither a zip nor a table"),
        ("a.exe", b"MZ", r"\[T-TYPE\] \"a.exe\" is neither a zip nor a table"),
        ("zero.zip", b"PKZ", r"\[T-TYPE\]"),
        ("a", b"", r"\[T-TYPE\]"),
    ],
)
def test_other_uploads_are_refused_and_not_kept(workspace: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Error, match=sentence):
        keep_upload(name, content)
    assert not list(workspace.rglob("*.*"))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.text(), st.sampled_from(["../x", "a/b", "\0", "CON", "n" * 10_000, "😀", "-rf", ".hidden", ".."])))
def test_p01_a_name_of_an_upload_never_becomes_a_path(workspace: Path, tmp_path: Path, name: str) -> None:
    path = keep_upload(f"{name}.csv", b"text,label\na,b\n")
    assert path == "upload:" + hashlib.sha256(b"text,label\na,b\n").hexdigest() + ".csv"
    assert {entry.relative_to(tmp_path).parts[0] for entry in tmp_path.rglob("*")} == {"home"}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.one_of(
        st.text(max_size=300).map(lambda text: f"upload:{text}"),
        st.sampled_from(
            ["upload:../../../etc/passwd", f"upload:{'a' * 64}.zip/../x", f"upload:{'a' * 64}.zip\n", "upload:"]
        ),
    )
)
def test_p01_an_upload_is_never_looked_for_elsewhere(workspace: Path, path: str) -> None:
    with pytest.raises(Error, match=r"\[P-NONE\] The uploaded file is not here any more. Upload it again."):
        resolve(path)


@pytest.mark.parametrize(
    "path", ["/secret/place/none.zip", "none.zip", "a\0b", "n" * 5000, "~nobody-here/none.zip", "/dev/zero"]
)
def test_a_missing_path_is_said_without_its_folders(path: str) -> None:
    with pytest.raises(Error, match=r"\[P-NONE\] There is no file or folder") as raised:
        resolve(path)
    assert "secret" not in str(raised.value)


def test_nothing_chosen_is_said() -> None:
    for source in ("images", "text-table"):
        with pytest.raises(Error, match=r"\[P-NONE\] No file is chosen"):
            source_of(source=source).spec()


def test_data_folders_are_searched_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.csv").write_text(name)
    (tmp_path / "b" / "y.csv").write_text("b")
    monkeypatch.setenv("NETBUILDER_DATASETS", f"{tmp_path / 'a'}:{tmp_path / 'missing'}:{tmp_path / 'b'}")
    assert find("x.csv") == tmp_path / "a" / "x.csv"
    assert find("none", "y.csv") == tmp_path / "b" / "y.csv"
    assert find("none") is None
    assert resolve("y.csv") == tmp_path / "b" / "y.csv"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A real server over a folder `served`; its address ends in a slash."""
    (tmp_path / "served").mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


NOBODY = "http://127.0.0.1:9/"  # the port for discarding, where nobody listens


def test_a_download_is_whole_and_tells_its_progress(tmp_path: Path, server: str) -> None:
    content = bytes(range(256)) * 10_000
    (tmp_path / "served" / "set.gz").write_bytes(content)
    heard: list[float] = []
    path = download(
        [NOBODY, server],
        "set.gz",
        hashlib.md5(content).hexdigest(),
        tmp_path / "to",
        lambda share, _: heard.append(share),
    )
    assert path.read_bytes() == content
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert len(heard) > 5
    assert [entry.name for entry in (tmp_path / "to").iterdir()] == ["set.gz"]


class Ranged(http.server.BaseHTTPRequestHandler):
    """Serves `content`, from the middle where that is asked for, and breaks off after `most` bytes."""

    content, most, asked = bytes(range(256)) * 5_000, 1 << 30, ""

    def do_GET(self) -> None:
        type(self).asked = self.headers.get("Range", "")
        start = int(self.asked.removeprefix("bytes=").rstrip("-") or 0)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(self.content) - start))
        self.end_headers()
        self.wfile.write(self.content[start : start + self.most])

    def log_message(self, *_args: object) -> None:
        pass


def test_a_download_that_broke_off_goes_on_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    md5 = hashlib.md5(Ranged.content).hexdigest()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ranged) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{running.server_port}/"
        monkeypatch.setattr(Ranged, "most", 700_000)
        with pytest.raises(Error, match=r"\[P-NONE\] Could not download"):
            download([url], "set.gz", md5, tmp_path)
        assert [entry.name for entry in tmp_path.iterdir() if entry.is_file()] == [".set.gz.part"]
        monkeypatch.setattr(Ranged, "most", 1 << 30)

        def give_up(share: float, doing: str) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            download([url], "set.gz", md5, tmp_path, give_up)
        before = (tmp_path / ".set.gz.part").stat().st_size
        assert 700_000 <= before < len(Ranged.content)
        heard: list[float] = []
        path = download([url], "set.gz", md5, tmp_path, lambda share, _doing: heard.append(share))
        running.shutdown()
    assert Ranged.asked == f"bytes={before}-"
    assert heard[0] > 0.5
    assert path.read_bytes() == Ranged.content
    assert not (tmp_path / ".set.gz.part").exists()


def test_a_beginning_of_something_else_is_thrown_away(tmp_path: Path, server: str) -> None:
    content = b"right" * 1000
    (tmp_path / "served" / "set.gz").write_bytes(content)
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / ".set.gz.part").write_bytes(b"wrong" * 3000)
    path = download([server], "set.gz", hashlib.md5(content).hexdigest(), tmp_path / "to")  # which knows no ranges
    assert path.read_bytes() == content


@pytest.mark.parametrize("served", [b"wrong", None])
def test_a_wrong_or_missing_file_leaves_nothing(tmp_path: Path, server: str, served: bytes | None) -> None:
    if served:
        (tmp_path / "served" / "set.gz").write_bytes(served)
    reason = "not the right one" if served else "File not found"
    with pytest.raises(Error, match=rf'\[P-NONE\] Could not download "set.gz" \(.*{reason}'):
        download([server], "set.gz", hashlib.md5(b"right").hexdigest(), tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


def test_without_a_network_the_way_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NETBUILDER_DATASETS", raising=False)
    monkeypatch.setattr(Mnist, "mirrors", (NOBODY,))
    with pytest.raises(
        Error, match=r'\[P-NONE\] .*put the file into "MNIST/raw" below a folder of NETBUILDER_DATASETS'
    ) as e:
        Mnist().load()
    assert str(tmp_path) not in str(e.value)
    assert len(e.value.message) <= 300
    monkeypatch.setattr(cifar, "MIRRORS", (NOBODY,))
    with pytest.raises(Error, match=r'\[P-NONE\] .*put its folder "cifar-10-batches-py" below'):
        Cifar10().load()


def test_mnist_is_downloaded_once(
    tmp_path: Path, workspace: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NETBUILDER_DATASETS", raising=False)
    write_idx(tmp_path / "served" / "idx")
    sums = tuple(hashlib.md5((tmp_path / "served" / "idx" / name).read_bytes()).hexdigest() for name in FILES)
    monkeypatch.setattr(Mnist, "mirrors", (f"{server}idx/",))
    monkeypatch.setattr(Mnist, "md5s", sums)
    heard: list[float] = []
    first = Mnist().load(lambda share, doing: heard.append(share))
    assert heard == sorted(heard)
    assert sorted(entry.name for entry in (workspace / "datasets/MNIST/raw").iterdir()) == sorted(FILES)
    monkeypatch.setattr(Mnist, "mirrors", (NOBODY,))
    assert Mnist().load().fingerprint == first.fingerprint


def test_cifar10_is_downloaded_and_only_its_batches_are_kept(
    tmp_path: Path, workspace: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NETBUILDER_DATASETS", raising=False)
    batch = python_2_batch(30)
    with tarfile.open(tmp_path / "served" / Cifar10.archive, "w:gz") as archive:
        for name in [*Cifar10.batches, "../evil"]:
            info = tarfile.TarInfo(f"{Cifar10.folder}/{name}")
            info.size = len(batch)
            archive.addfile(info, io.BytesIO(batch))
    monkeypatch.setattr(cifar, "MIRRORS", (server,))
    digest = hashlib.md5((tmp_path / "served" / Cifar10.archive).read_bytes()).hexdigest()
    monkeypatch.setattr(Cifar10, "archive_md5", digest)
    for name in Cifar10.batches:
        monkeypatch.setitem(Cifar10.batches, name, hashlib.md5(batch).hexdigest())
    samples = Cifar10().load()
    assert len(samples.labels) == 180
    assert sorted(entry.name for entry in (workspace / "datasets" / Cifar10.folder).iterdir()) == sorted(
        Cifar10.batches
    )

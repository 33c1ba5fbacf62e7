"""Rows Z01 to Z04: hostile and foreign archives."""

import io
import stat
import struct
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.core.errors import Error
from builder.data.archives import Archive, open_archive
from tests.data.limited import run_limited


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo()
            info.filename = name  # as it is: the constructor would tidy it
            info.compress_type = method
            archive.writestr(info, content)
    return file.getvalue()


def names(content: bytes) -> list[str]:
    with Archive.of_bytes(content, "a.zip") as archive:
        return [member.name for member in archive.members]


UNSAFE = ["../../evil.txt", "/etc/passwd", "C:\\evil.txt", "c:evil", "a/../../b", "..\\b", "\\\\host\\share", "a/.."]


@pytest.mark.parametrize("name", UNSAFE)
def test_z01_unsafe_names(name: str) -> None:
    with pytest.raises(Error, match=r"\[Z-PATH\] The archive holds an unsafe name: ") as raised:
        names(zipped({"cat/a.png": b"x", name: b"x"}))
    assert f'"{name}"' in str(raised.value)


def test_z01_a_nul_in_a_name() -> None:
    content = zipped({"cat/a.png_evil": b"x"}).replace(b"png_evil", b"png\0evil")
    with pytest.raises(Error, match=r"\[Z-PATH\] The archive holds an unsafe name"):
        names(content)


def test_z01_a_link() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        info = zipfile.ZipInfo("cat/a.png")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(Error, match=r'\[Z-PATH\] The archive holds a link: "cat/a.png"'):
        names(file.getvalue())


def test_z02_total_size() -> None:
    # 49 MB that packs to a hundredth, so that neither the size of one nor its ratio is at fault
    noise = np.random.default_rng(0).bytes(980_000)
    block = b"".join(noise[n : n + 20] + bytes(980) for n in range(0, 980_000, 20))
    one = zipped({"0": block})
    content = zipped({str(n): block for n in range(11)})
    assert names(one) == ["0"]
    with pytest.raises(Error, match=r"\[Z-SIZE\] Unpacks to 539.0 MB; the most is 500.0 MB"):
        names(content)


def test_z02_one_file() -> None:
    with pytest.raises(Error, match=r'\[Z-SIZE\] "big" unpacks to 51.0 MB; the most for one file is 50.0 MB'):
        names(zipped({"big": bytes(51_000_000)}))


def test_z02_ratio() -> None:
    assert names(zipped({"small": bytes(1_000_000)})) == ["small"]
    with pytest.raises(Error, match=r'\[Z-SIZE\] "bomb" unpacks to more than 200 times its packed size'):
        names(zipped({"bomb": bytes(2_000_000)}))


def test_z02_entries() -> None:
    content = zipped({str(n): b"" for n in range(65_001)}, zipfile.ZIP_STORED)
    with pytest.raises(Error, match=r'\[Z-SIZE\] "a.zip" holds more than 65,000 files'):
        names(content)


def test_z02_overlap() -> None:
    content = bytearray(zipped({"a": b"x" * 500, "b": b"y" * 500}, zipfile.ZIP_STORED))
    second = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, second + 42, 0)  # the second name points to the first file
    with pytest.raises(Error, match=r"\[Z-(SIZE|TYPE)\] .*(overlap|not a whole zip)"):
        names(bytes(content))


def test_z02_lying_sizes() -> None:
    content = bytearray(zipped({"a": bytes(900_000)}))
    directory = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, directory + 24, 100)
    with Archive.of_bytes(bytes(content), "a.zip") as archive:
        assert archive.members[0].size == 100
        with pytest.raises(Error, match=r'\[Z-(SIZE|TYPE)\] "a" in the archive is .*not as large as it says'):
            archive.read(archive.members[0])
    struct.pack_into("<I", content, directory + 24, 40_000_000)
    struct.pack_into("<I", content, directory + 20, 300_000)
    with pytest.raises(Error, match=r"\[Z-(SIZE|TYPE)\]"), Archive.of_bytes(bytes(content), "a.zip") as archive:
        archive.read(archive.members[0])


READ = """
import sys
from pathlib import Path
from builder.core.errors import Error
from builder.data.archives import open_archive
try:
    with open_archive(Path(sys.argv[1])) as archive:
        for member in archive.members:
            archive.read(member)
    print("read")
except Error as error:
    print(error)
"""


def test_z02_bombs_take_little_memory(tmp_path: Path) -> None:
    bomb = zipped({"a": bytes(400_000_000)})
    assert run_limited(READ, 300, bomb, tmp_path).startswith("[Z-SIZE]")
    lying = bytearray(bomb)
    struct.pack_into("<I", lying, lying.rfind(b"PK\x01\x02") + 24, 900_000)
    assert run_limited(READ, 300, bytes(lying), tmp_path).startswith("[Z-TYPE]")


def test_z02_a_nested_zip_is_not_opened() -> None:
    inner = zipped({"cat/a.png": b"x"})
    assert names(zipped({"inner.zip": inner, "cat/b.png": b"y"})) == ["inner.zip", "cat/b.png"]


def test_z03_names_that_trouble_a_file_system() -> None:
    composed, divided = unicodedata.normalize("NFC", "é/ü.png"), unicodedata.normalize("NFD", "é/ü.png")
    given = {"cat/a.png": b"1", "CAT/A.png": b"2", "con.txt": b"3", f"{'n' * 300}.png": b"4", divided: b"5"}
    with Archive.of_bytes(zipped(given), "a.zip") as archive:
        read = {member.name: archive.read(member) for member in archive.members}
    assert read == {**{name: given[name] for name in list(given)[:4]}, composed: b"5"}


def test_z03_what_systems_leave_behind_is_ignored() -> None:
    given = ["__MACOSX/cat/._a.png", ".DS_Store", "cat/.hidden.png", "cat/Thumbs.db", "cat/a.png"]
    assert names(zipped(dict.fromkeys(given, b"x"))) == ["cat/a.png"]


def tar(mode: str) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        info = tarfile.TarInfo("cat/a.png")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [tar("w"), tar("w:gz"), tar("w:bz2"), tar("w:xz"), b"7z\xbc\xaf\x27\x1c" + bytes(50), b"Rar!\x1a\x07\x01\x00", b""],
    ids=["tar", "gz", "bz2", "xz", "7z", "rar", "empty"],
)
def test_z04_other_archives(content: bytes) -> None:
    with pytest.raises(Error, match=r"\[Z-TYPE\] .*Please use a plain .zip."):
        names(content)


def test_z04_a_locked_zip() -> None:
    content = bytearray(zipped({"cat/a.png": b"x"}))
    directory = content.rfind(b"PK\x01\x02")
    content[directory + 8] |= 1
    with pytest.raises(Error, match=r"\[Z-TYPE\] This archive is locked with a password. Please use a plain .zip."):
        names(bytes(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_z04_unusual_packing(method: int) -> None:
    with pytest.raises(Error, match=r"\[Z-TYPE\] This archive is packed in an unusual way. Please use a plain .zip."):
        names(zipped({"cat/a.png": b"x"}, method))


def test_z04_a_zip_cut_short() -> None:
    whole = zipped({"cat/a.png": b"x" * 1000, "dog/b.png": b"y" * 1000}, zipfile.ZIP_STORED)
    for share in range(0, 100, 5):
        with pytest.raises(Error, match=r"\[Z-TYPE\] .*Please use a plain .zip."):
            names(whole[: len(whole) * share // 100])


def test_a_damaged_member_is_named() -> None:
    content = zipped({"cat/a.png": b"x" * 1000}, zipfile.ZIP_STORED).replace(b"xxxx", b"xxyx", 1)
    with (
        Archive.of_bytes(content, "a.zip") as archive,
        pytest.raises(Error, match=r'\[Z-TYPE\] "cat/a.png" in the arc'),
    ):
        archive.read(archive.members[0])


def test_a_folder_is_read_as_an_archive_is(tmp_path: Path) -> None:
    for name in ("cat/a.png", "dog/b.png", ".git/x.png"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(name.encode())
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "set" / "dog" / "link.png").symlink_to(tmp_path / "secret.png")
    with open_archive(tmp_path / "set") as folder:
        assert {member.name: folder.read(member) for member in folder.members} == {
            "cat/a.png": b"cat/a.png",
            "dog/b.png": b"dog/b.png",
        }


@given(st.binary(max_size=300), st.integers(0, 400), st.booleans())
def test_any_bytes_give_members_or_a_sentence(noise: bytes, at: int, inside: bool) -> None:
    content = zipped({"cat/a.png": b"x" * 100, "dog/b.png": b"y" * 100}) if inside else b"PK\x03\x04"
    content = content[:at] + noise + content[at + len(noise) :]
    try:
        with Archive.of_bytes(content, "a.zip") as archive:
            wrong = [member for member in archive.members if len(archive.read(member)) != member.size]
        code = "Z-NONE"
    except Error as error:
        wrong, code = [], error.code
    assert not wrong
    assert code.startswith("Z-")

"""Zip archives from strangers, and folders on this machine: read by member, never unpacked to names of theirs."""

import io
import itertools
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from builder.core.errors import Error
from builder.core.text import _, quote, size

MOST_TOTAL = 500_000_000
MOST_FILE = 50_000_000
MOST_RATIO = 200  # of a member over 1 MB; photographs reach 2, text 20
RATIO_FROM = 1_000_000
MOST_ENTRIES = 65_000
MOST_IN_FOLDER = 1_000_000
MOST_DIRECTORY = 16_000_000  # bytes of the list of names, read whole by zipfile
END = b"PK\x05\x06"  # starts the record at the end of a zip; at most 65,557 bytes are behind it
JUNK = {"__macosx", "thumbs.db", "desktop.ini"}
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
OTHERS = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")


@dataclass(frozen=True)
class Member:
    """A file in an archive or folder: its path with `/`, in Unicode's composed form, and its size in bytes."""

    name: str
    size: int
    place: str | zipfile.ZipInfo


class Archive:
    """A zip whose names, sizes and layout are harmless. Use as a context manager.

    Raises: Error Z-TYPE, Z-PATH, Z-SIZE.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        start = file.read(600)
        refuse_other_archives(start, name)
        if not start.startswith(b"PK"):
            raise _wrong_type(name)
        self._require_short_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except UNREADABLE:
            raise _wrong_type(name) from None
        if not all(info.filename for info in self._zip.infolist()):
            raise _wrong_type(name)
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        self._require_modest(files)
        self._require_apart(files)
        for info in self._zip.infolist():
            _require_harmless(info)
        self.members = tuple(
            Member(composed, info.file_size, info)
            for info in files
            if not is_junk(composed := unicodedata.normalize("NFC", info.filename))
        )

    @classmethod
    def of_bytes(cls, content: bytes, name: str) -> "Archive":
        """An archive in memory."""
        return cls(io.BytesIO(content), name)

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        if self._zip.fp:
            self._zip.fp.close()

    def read(self, member: Member) -> bytes:
        """A member's content, which is never more than it announced.

        Raises: Error Z-SIZE when it holds more, Z-TYPE when it is damaged.
        """
        assert isinstance(member.place, zipfile.ZipInfo)
        try:
            with self._zip.open(member.place) as file:
                content = file.read(member.size + 1)
        except UNREADABLE:
            text = _("{name} in the archive is damaged or not as large as it says. Make the .zip again.")
            raise Error("Z-TYPE", text.format(name=quote(member.name))) from None
        if len(content) != member.size:
            text = _("{name} in the archive is not as large as it says. Make the .zip again.")
            raise Error("Z-SIZE", text.format(name=quote(member.name)))
        return content

    def _require_short_directory(self, file: BinaryIO) -> None:
        """Refuse too many entries before zipfile makes an object for each."""
        length = file.seek(0, io.SEEK_END)
        file.seek(max(0, length - 65_557))
        tail = file.read()
        file.seek(0)
        at = tail.rfind(END)
        entries = int.from_bytes(tail[at + 10 : at + 12], "little")
        directory = int.from_bytes(tail[at + 12 : at + 16], "little")
        if at >= 0 and (entries > MOST_ENTRIES or directory > MOST_DIRECTORY):
            raise self._too_many()

    def _too_many(self) -> Error:
        text = _("{name} holds more than {most:,} files. Divide it.")
        return Error("Z-SIZE", text.format(name=quote(self.name), most=MOST_ENTRIES))

    def _require_modest(self, files: list[zipfile.ZipInfo]) -> None:
        if len(files) > MOST_ENTRIES:
            raise self._too_many()
        total = sum(info.file_size for info in files)
        if total > MOST_TOTAL:
            text = _("Unpacks to {size}; the most is {most}. Divide it, or give the path of a folder on this machine.")
            raise Error("Z-SIZE", text.format(size=size(total), most=size(MOST_TOTAL)))
        for info in files:
            if info.file_size > MOST_FILE:
                text = _("{name} unpacks to {size}; the most for one file is {most}. Leave it out.")
                shown = text.format(name=quote(info.filename), size=size(info.file_size), most=size(MOST_FILE))
                raise Error("Z-SIZE", shown)
            if info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * info.compress_size:
                text = _("{name} unpacks to more than {most} times its packed size. Leave it out.")
                raise Error("Z-SIZE", text.format(name=quote(info.filename), most=MOST_RATIO))

    def _require_apart(self, files: list[zipfile.ZipInfo]) -> None:
        """Members that share bytes are a bomb's work: Fifield 2019, "A better zip bomb"."""
        end = 0
        for info in sorted(files, key=lambda info: info.header_offset):
            if info.header_offset < end:
                text = _("Files in the archive overlap, at {name}. Make the .zip again.")
                raise Error("Z-SIZE", text.format(name=quote(info.filename)))
            end = info.header_offset + 30 + len(info.orig_filename) + info.compress_size  # at the least


def _require_harmless(info: zipfile.ZipInfo) -> None:
    name = info.orig_filename  # before zipfile cut it at a NUL
    steps = re.split(r"[/\\]", name)
    if ".." in steps or steps[0] == "" or re.match(r"[A-Za-z]:", name) or "\0" in name:
        text = _("The archive holds an unsafe name: {name}. Make the .zip again from inside its folder.")
        raise Error("Z-PATH", text.format(name=quote(name)))
    if stat.S_ISLNK(info.external_attr >> 16):
        text = _("The archive holds a link: {name}. Put the file itself in its place.")
        raise Error("Z-PATH", text.format(name=quote(name)))
    if info.flag_bits & 0x1:
        raise Error("Z-TYPE", _("This archive is locked with a password. Please use a plain .zip."))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Error("Z-TYPE", _("This archive is packed in an unusual way. Please use a plain .zip."))


def _wrong_type(name: str) -> Error:
    text = _("{name} is not a whole zip archive. Please use a plain .zip.")
    return Error("Z-TYPE", text.format(name=quote(name)))


def refuse_other_archives(start: bytes, name: str) -> None:
    """Look at a file's first 600 bytes. Raises: Error Z-TYPE for tar, 7z, rar, gzip and their like."""
    if start.startswith(OTHERS) or start[257:262] == b"ustar":
        text = _("{name} is another kind of archive. Please use a plain .zip.")
        raise Error("Z-TYPE", text.format(name=quote(name)))


def is_junk(name: str) -> bool:
    """Whether a system left this file behind: dot files, `__MACOSX`, thumbnails."""
    return any(step.startswith(".") or step.casefold() in JUNK for step in name.split("/"))


class Folder:
    """A folder on this machine, read as an archive is; links are left out."""

    def __init__(self, root: Path) -> None:
        self.name = root.name
        self._root = root
        found = list(itertools.islice(_walk(root), MOST_IN_FOLDER + 1))
        if len(found) > MOST_IN_FOLDER:
            text = _("{name} holds more than {most:,} files. Divide it.")
            raise Error("Z-SIZE", text.format(name=quote(self.name), most=MOST_IN_FOLDER))
        self.members = tuple(sorted(found, key=lambda member: member.name))

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def read(self, member: Member) -> bytes:
        """A file's content. Raises: Error Z-SIZE over 50 MB, P-NONE when it is gone."""
        assert isinstance(member.place, str)
        if member.size > MOST_FILE:
            text = _("{name} has {size}; the most for one file is {most}. Leave it out.")
            shown = text.format(name=quote(member.name), size=size(member.size), most=size(MOST_FILE))
            raise Error("Z-SIZE", shown)
        try:
            with (self._root / member.place).open("rb") as file:
                return file.read(MOST_FILE)
        except OSError:
            text = _("{name} could not be read. Check that it is there and that you may read it.")
            raise Error("P-NONE", text.format(name=quote(member.name))) from None


def _walk(root: Path) -> Iterator[Member]:
    for path in root.rglob("*"):
        place = path.relative_to(root).as_posix()
        if not is_junk(place) and not path.is_symlink() and path.is_file():
            yield Member(unicodedata.normalize("NFC", place), path.stat().st_size, place)


def open_archive(path: Path) -> Archive | Folder:
    """A zip or a folder. Raises: as `Archive` does."""
    if path.is_dir():
        return Folder(path)
    file = path.open("rb")
    try:
        return Archive(file, path.name)
    except BaseException:
        file.close()
        raise

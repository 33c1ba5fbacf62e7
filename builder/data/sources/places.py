"""Where data lies: the folders that hold data sets, files on this machine, and kept uploads."""

import hashlib
import os
import re
from pathlib import Path, PurePosixPath

from builder.core.errors import Error
from builder.core.files import home, sha256, write_atomic
from builder.core.text import _, quote, size
from builder.data.archives import Archive, Folder, refuse_other_archives

MOST_UPLOAD = 500_000_000
ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # with files, and without
WORKBOOKS = (".xlsx", ".xls", ".ods")
TABLES = (".csv", ".tsv", ".txt", ".data", ".dat", ".parquet", *WORKBOOKS)
TAGGED = (".conll", ".iob", ".bio")
UPLOAD = re.compile(r"upload:([0-9a-f]{64}\.(?:zip|csv|tsv|txt|conll|iob|bio|data|dat|parquet|xlsx|xls|ods))")


def own_folder() -> Path:
    """Where downloads and uploads are kept."""
    path = home() / "datasets"
    path.mkdir(parents=True, exist_ok=True)
    return path


def folders() -> list[Path]:
    """The folders to look in, in order: those of `NETBUILDER_DATASETS`, then our own."""
    named = [Path(entry).expanduser() for entry in os.environ.get("NETBUILDER_DATASETS", "").split(os.pathsep) if entry]
    return [*named, own_folder()]


def find(*names: str) -> Path | None:
    """The first of these relative names that is a file in one of the folders."""
    return next((path for folder in folders() for name in names if (path := folder / name).is_file()), None)


def resolve(path: str) -> Path:
    """The file or folder that a `path` setting means: a kept upload, or a place on this machine.

    A relative path is looked for in the data folders first.
    Raises: Error P-NONE when there is nothing.
    """
    if not path.strip():
        raise Error("P-NONE", _("No file is chosen. Upload one or give the path of one on this machine."))
    if path.startswith("upload:"):
        match = UPLOAD.fullmatch(path)
        kept = own_folder() / match[1] if match else None
        if kept is None or not kept.is_file():
            raise Error("P-NONE", _("The uploaded file is not here any more. Upload it again."))
        return kept
    try:
        places = [folder / path for folder in folders()] + [Path(path).expanduser()]
        found = next((place for place in places if place.is_file() or place.is_dir()), None)
    except (OSError, ValueError, RuntimeError):  # a name that no file can have: too long, or with a NUL
        found = None
    if found is None or not os.access(found, os.R_OK):
        text = _("There is no file or folder {name} that can be read here. Check the path, or upload the file.")
        raise Error("P-NONE", text.format(name=quote(PurePosixPath(path).name)))
    return found


def keep_upload(name: str, content: bytes) -> str:
    """Keep an uploaded zip or table under the hash of its content; its own name is used for the ending alone.

    Returns: what a `path` setting takes, `upload:<sha256>.<ending>`.
    Raises: Error L-SIZE, Z-TYPE, Z-PATH, Z-SIZE, T-TYPE.
    """
    if len(content) > MOST_UPLOAD:
        text = _("{name} has {size}; the most is {most}. Put it on this machine and give its path.")
        raise Error("L-SIZE", text.format(name=quote(name), size=size(len(content)), most=size(MOST_UPLOAD)))
    refuse_other_archives(content[:600], name)
    if content.startswith(ZIP):
        Archive.of_bytes(content, name).close()
        ending = next((ending for ending in WORKBOOKS if name.casefold().endswith(ending)), ".zip")
    else:
        ending = next((ending for ending in (*TABLES, *TAGGED) if name.casefold().endswith(ending)), "")
        if not ending:
            text = _("{name} is neither a zip nor a table. Upload a .zip of images, or a table such as .csv or .xlsx.")
            raise Error("T-TYPE", text.format(name=quote(name)))
    kept = f"{sha256(content)}{ending}"
    if not (own_folder() / kept).is_file():
        write_atomic(own_folder() / kept, content)
    return f"upload:{kept}"


def identity(path: Path) -> tuple[str, int, int]:
    """What changes when a file changes, found without reading it."""
    facts = path.stat()
    return str(path.resolve()), facts.st_size, facts.st_mtime_ns


def archive_identity(path: Path) -> tuple[str, int, int]:
    """Changes when a file, or anything in a folder, changes."""
    if not path.is_dir():
        return identity(path)
    # a folder's own time does not tell of files replaced inside it
    stamps = [(member.name, identity(path / str(member.place))[1:]) for member in Folder(path).members]
    digest = hashlib.sha256(repr(stamps).encode("utf-8", "surrogatepass")).digest()
    return str(path.resolve()), len(stamps), int.from_bytes(digest[:8], "little")

"""Names: fresh ones, nearest ones, and identifiers for generated source."""

import difflib
import keyword
import re
import unicodedata
import uuid
from collections.abc import Collection, Iterable


def new_id() -> str:
    """A fresh id for a run or a network: a uuid4, safe as a folder's name."""
    return str(uuid.uuid4())


def is_id(text: str) -> bool:
    """Whether `text` is an id that `new_id` could have made; anything else is never used in a path."""
    return re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", text) is not None


def numbered(stem: str, taken: Collection[str]) -> str:
    """`stem` with the first free number behind it: `conv2`."""
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that `word` most likely meant, in whatever case it was typed."""
    by_folded = {name.casefold(): name for name in known}
    match = difflib.get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[match[0]] if match else None


def identifier(text: str, taken: Collection[str]) -> str:
    """A Python identifier made from `text`, not a keyword and not in `taken`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"\W+", "_", plain).strip("_").lower() or "node"
    if name[0].isdigit() or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        name = f"n_{name}"
    return name if name not in taken else numbered(f"{name}_", taken)


def file_name(text: str) -> str:
    """A name to offer for a download: letters, digits, `-` and `_`, at most 60 characters."""
    return re.sub(r"[^\w-]+", "-", text).strip("-_")[:60].lower() or "network"

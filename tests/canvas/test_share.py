"""A network in a link."""

import base64
import json
import zlib

import pytest

from builder.canvas.share import unpack
from builder.core.errors import Error
from builder.examples import load, names
from builder.graph.document import Document


def packed(content: bytes) -> str:
    press = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return base64.urlsafe_b64encode(press.compress(content) + press.flush()).decode().rstrip("=")


def as_json(document: Document) -> bytes:
    return json.dumps(document.model_dump(mode="json", exclude_none=True)).encode()


@pytest.mark.parametrize("name", names())
def test_every_example_travels_in_a_link(name: str) -> None:
    assert unpack(packed(as_json(load(name)))) == load(name)


@pytest.mark.parametrize("link", ["", "%%%", "a", "äöü", "\0", "AAAA", "A" * 10_000, packed(b"x" * 100)[:-4]])
def test_a_damaged_link_is_explained(link: str) -> None:
    with pytest.raises(Error, match=r"\[X-LINK\] This link is cut off or damaged\."):
        unpack(link)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_link_that_was_cut_off_is_explained(cut: int) -> None:
    with pytest.raises(Error, match=r"\[X-LINK\]"):
        unpack(packed(as_json(load("xor-mlp")))[:-cut])


def test_a_link_that_unpacks_to_too_much_is_refused_without_unpacking_it() -> None:
    with pytest.raises(Error, match=r"\[L-SIZE\] This link holds more than 5\.0 MB"):
        unpack(packed(b" " * 500_000_000))


def test_what_is_no_network_is_explained() -> None:
    with pytest.raises(Error, match=r"\[G-JSON\]"):
        unpack(packed(b"{}"))

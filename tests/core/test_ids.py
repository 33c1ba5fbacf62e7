"""Names that are made, guessed, and turned into code."""

import keyword
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.core.ids import file_name, identifier, is_id, nearest, new_id, numbered


def test_ids_are_new_and_known_as_such() -> None:
    ids = {new_id() for _n in range(100)}
    assert len(ids) == 100
    assert all(map(is_id, ids))


@given(st.text() | st.from_regex(r"[0-9a-f-]{30,40}"))
def test_other_text_is_no_id(text: str) -> None:
    assert not is_id(text) or str(uuid.UUID(text, version=4)) == text


@pytest.mark.parametrize(
    "change", [str.upper, lambda id: id + "\n", lambda id: f"../{id}", lambda id: id.replace("-", "")]
)
def test_nearly_an_id_is_none(change: object) -> None:
    assert callable(change)
    assert not is_id(change("7d444840-9dc0-41d1-b245-5ffdce74fad2"))
    assert is_id("7d444840-9dc0-41d1-b245-5ffdce74fad2")


def test_numbered_takes_the_first_free() -> None:
    assert numbered("conv", {"conv1", "conv3"}) == "conv2"


@pytest.mark.parametrize(
    ("word", "guess"),
    [("conv2D", "Conv2d"), ("kernelsize", "kernel_size"), ("LINAER", "Linear"), ("zzz", None), ("", None)],
)
def test_nearest(word: str, guess: str | None) -> None:
    assert nearest(word, ["Conv2d", "Linear", "kernel_size"]) == guess


@given(st.lists(st.text() | st.sampled_from(["class", "match", "a b", "a_b", "a-b", "1", "_", "卷积"]), max_size=8))
def test_identifiers_are_valid_and_never_meet(texts: list[str]) -> None:
    taken = {"self", "train"}
    for text in texts:
        name = identifier(text, taken)
        assert re.fullmatch(r"[a-z_][a-z0-9_]*", name)
        assert not keyword.iskeyword(name)
        assert name not in taken
        taken.add(name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("conv1", "conv1"), ("Conv 1", "conv_1"), ("class", "n_class"), ("match", "n_match"), ("1st", "n_1st"),
        ("", "node"), ('"""', "node"), ("é", "e"), ("卷积", "node"), ("__init__", "init"), ("train", "train_1"),
        ("None", "none"),
    ],
)  # fmt: skip
def test_identifiers_stay_readable(text: str, name: str) -> None:
    assert identifier(text, {"train"}) == name


@given(st.text())
def test_file_names_are_safe(text: str) -> None:
    name = file_name(text)
    assert re.fullmatch(r"[\w-]+", name)
    assert len(name.encode()) <= 250
    assert not name.startswith(("-", ".", "_"))
    assert "/" not in name


@pytest.mark.parametrize(
    ("text", "name"),
    [("My net: v2", "my-net-v2"), ("../../etc", "etc"), ("", "network"), ("-rf", "rf"), ("x" * 99, "x" * 60)],
)
def test_file_names_stay_readable(text: str, name: str) -> None:
    assert file_name(text) == name

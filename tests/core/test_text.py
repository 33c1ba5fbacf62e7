"""Translation, and user text in sentences."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.compiler.check import check
from builder.core import text
from builder.core.text import _, count, quote, size
from tests.documents import chain


def compiled(messages: dict[str, str]) -> bytes:
    """A gettext .mo file. Source: GNU gettext manual, "The Format of GNU MO Files"."""
    pairs = sorted({"": "Content-Type: text/plain; charset=UTF-8\n", **messages}.items())
    start = 28 + 16 * len(pairs)
    tables, strings = [b"", b""], b""
    for side in (0, 1):
        for pair in pairs:
            word = pair[side].encode()
            tables[side] += struct.pack("<II", len(word), start + len(strings))
            strings += word + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return header + tables[0] + tables[1] + strings


@pytest.fixture
def swiss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A language of which two sentences are known."""
    folder = tmp_path / "de_CH" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    known = {
        "{node} has no input. Connect it to the layer before it.": "{node} fehlt der Eingang.",
        "and {n} more": "und {n} weitere",
    }
    (folder / "netbuilder.mo").write_bytes(compiled(known))
    monkeypatch.setattr(text, "LOCALE", tmp_path)
    text._catalogue.cache_clear()
    monkeypatch.setenv("NETBUILDER_LANG", "de_CH")
    yield
    text._catalogue.cache_clear()


@pytest.mark.usefixtures("swiss")
def test_a_problem_is_translated_around_what_the_user_wrote() -> None:
    document = chain("ReLU", ("Linear", {"out_features": 10}), ends=False)
    said = [str(problem) for problem in check(document).problems]
    assert '[G-INPUT] ReLU "relu1" fehlt der Eingang.' in said
    assert _("and {n} more").format(n=3) == "und 3 weitere"


@pytest.mark.usefixtures("swiss")
def test_what_is_not_translated_stays_english() -> None:
    assert any("This network has no Output layer" in str(p) for p in check(chain(ends=False)).problems)


@pytest.mark.parametrize("language", ["", "en", "xx", "../../etc", "de_CH.UTF-8"])
def test_a_language_that_is_not_there_is_english(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETBUILDER_LANG", language)
    assert _("and {n} more") == "and {n} more"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("conv1", '"conv1"'),
        ("a\nb\rc\0d", '"a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\N{REPLACEMENT CHARACTER}d"'),
        ("abc\u202edef", '"abc\N{REPLACEMENT CHARACTER}def"'),
        ("\ud800", '"\N{REPLACEMENT CHARACTER}"'),
        ("<img src=x onerror=alert(1)>", '"<img src=x onerror=alert(1)>"'),
        ("x" * 60, '"' + "x" * 60 + '"'),
        ("x" * 61, '"' + "x" * 60 + '…"'),
        (None, '"None"'),
        ([1, "a"], "\"[1, 'a']\""),
    ],
)
def test_quote(given: object, shown: str) -> None:
    assert quote(given) == shown


@given(st.text())
def test_a_quote_is_short_on_one_line_and_can_be_written(given: str) -> None:
    shown = quote(given, 20)
    assert len(shown) <= 23
    assert len(shown.splitlines()) == 1
    shown.encode()


@pytest.mark.parametrize(
    ("bytes", "shown"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (28_900_000, "28.9 MB"),
        (4e12, "4.0 TB"),
        (5e18, "5000.0 PB"),
    ],
)
def test_size(bytes: float, shown: str) -> None:
    assert size(bytes) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0"), (421_642, "421,642"), (3_200_000, "3.2 M"), (1e9, "1.0 G"), (7.5e12, "7.5 T")]
)
def test_count(number: float, shown: str) -> None:
    assert count(number) == shown

"""What a file or folder of one's own is taken for."""

from pathlib import Path

import pytest

from builder.core.errors import Error
from builder.data.loading import load
from builder.data.sources import SOURCES
from builder.data.sources.places import resolve
from builder.data.sources.recognise import recognise
from tests.data.sets import classes_of, source_of, zip_of

REAL = {
    "cifar10_12k_png.zip": "images",
    "sst2": "text-table",
    "ChnSentiCorp_htl_all.csv": "text-table",
    "toutiao_zh_topic": "text-table",
    "sms_spam/SMSSpamCollection": "text-table",
    "wnut17_ner": "conll",
    "fsdd_4speakers.zip": "sounds",
    "adult": "table",
    "titanic/titanic.csv": "table",
    "california_housing/housing.csv": "table",
    "wine_quality/winequality-red.csv": "table",
    "tatoeba_en_zh/cmn.txt": "parallel",
}


@pytest.mark.parametrize(("path", "source"), REAL.items())
def test_real_files_are_recognised(datasets: Path, path: str, source: str) -> None:
    if source not in SOURCES:
        pytest.skip("this kind of data is not known")
    assert recognise(datasets / path)[0].source == source


def test_what_is_recognised_can_be_used_as_it_is(tmp_path: Path) -> None:
    zip_of(tmp_path / "pets.zip", classes_of("cat", "dog"))
    (tmp_path / "said.csv").write_text("text,label\n" + "a good day,1\nit was a bad one,0\n" * 9)
    (tmp_path / "shop.csv").write_text("size,price,sold\n" + "".join(f"{n},{n * 3.5},{n % 2}\n" for n in range(40)))
    for name, wanted in (("pets.zip", "images"), ("said.csv", "text-table"), ("shop.csv", "table")):
        guess = recognise(resolve(str(tmp_path / name)))[0]
        assert guess.source == wanted
        assert guess.reason
        assert len(load(source_of(source=guess.source, path=str(tmp_path / name), **guess.values)))


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        (
            "u.data",
            "".join(f"{n % 9 + 1}\t{n % 31 + 1}\t{n % 5 + 1}\t88125094{n % 10}\n" for n in range(50)),
            "ratings",
        ),
        ("stars.csv", "userId,movieId,rating\n" + "1,2,3.5\n2,3,4.0\n" * 9, "ratings"),
        ("days.csv", "date,value\n" + "".join(f"2024-01-{n:02},{n * 1.5}\n" for n in range(1, 29)), "series"),
        ("bio.txt", "Ann B-PER\nlives O\nin O\nRome B-LOC\n\n" * 5, "conll"),
    ],
)
def test_kinds_of_tables_are_told_apart(tmp_path: Path, name: str, text: str, source: str) -> None:
    (tmp_path / name).write_text(text)
    if source not in SOURCES:
        pytest.skip("this kind of data is not known")
    assert recognise(tmp_path / name)[0].source == source


def test_texts_in_folders_are_told_from_a_table(tmp_path: Path) -> None:
    files = {f"{name}/{n}.txt": b"some words, and more\nof them" for name in ("good", "bad") for n in range(6)}
    assert recognise(Path(zip_of(tmp_path / "said.zip", files)))[0].source == "text-files"


@pytest.mark.parametrize("content", [b"%PDF-1.7 nothing", b"\x7fELF\0\0", b'{"a": 1}'])
def test_what_is_none_of_these_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "some.bin").write_bytes(content)
    with pytest.raises(Error, match="nothing that can be learned from"):
        recognise(tmp_path / "some.bin")

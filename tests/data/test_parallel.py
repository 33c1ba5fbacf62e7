"""Pairs of texts: files that people have, and how they are divided."""

from pathlib import Path

import pytest

from builder.core.errors import Error
from builder.data.fields import PARTS
from builder.data.sources.phrases import Phrases
from tests.data.sets import source_of


def written(folder: Path, text: str, name: str = "pairs.tsv") -> str:
    (folder / name).write_text(text, "utf-8")
    return str(folder / name)


def test_what_is_said_twice_stays_in_one_part(tmp_path: Path) -> None:
    rows = "".join(f"Hello {n}.\t你好 {n}。\nHello {n}.\t嗨 {n}。\n" for n in range(60))
    samples = source_of(source="parallel", path=written(tmp_path, rows)).load()
    texts = [set(samples.of(part)["text"]) for part in PARTS]
    assert sum(map(len, texts)) == len(set.union(*texts)) == 60
    assert len(samples) == 120


def test_columns_direction_and_length(tmp_path: Path) -> None:
    lines = "".join(f"{n};one two {n};eins zwei {n} und noch viel mehr\n" for n in range(9))
    lines += "".join(f"{n};one {n};eins {n}\n" for n in range(9, 30))
    path = written(tmp_path, f"id;english;german\n{lines}", "both.csv")
    given = {"source": "parallel", "path": path, "header": True}
    samples = source_of(**given, text_column="german", answer_column="english", longest=3).load()
    assert len(samples) == 21
    assert samples.of("train")["text"][0].startswith("eins")
    assert all(answer.startswith("one") for answer in samples.targets["translation"])
    with pytest.raises(Error, match=r'no column "germn"\. Did you mean "german"'):
        source_of(**given, text_column="germn").spec()
    with pytest.raises(Error, match="the same column"):
        source_of(**given, text_column="english", answer_column="english").spec()
    with pytest.raises(Error, match="No pair of texts is left"):
        source_of(**given, longest=1, text_column="german", answer_column="english").load()


def test_rows_that_lack_a_text_are_told_of(tmp_path: Path) -> None:
    rows = "".join(f"yes {n}\tja {n}\n" for n in range(30)) + "no\t\n"
    samples = source_of(source="parallel", path=written(tmp_path, rows)).load()
    assert [str(notice) for notice in samples.notices] == [
        "[T-ROW] Rows without one of the two texts were left out: 1."
    ]
    with pytest.raises(Error, match="has one column"):
        source_of(source="parallel", path=written(tmp_path, "only\nthese\n", "one.txt")).spec()


def test_phrases_are_many_different_and_turned_around() -> None:
    pairs, _notices = Phrases(source="phrases").pairs()
    assert 2_000 < len(pairs) == len(set(pairs)) == len({english for english, _chinese in pairs})
    back, _notices = Phrases(source="phrases", into="english").pairs()
    assert back == [(chinese, english) for english, chinese in pairs]
    assert ("Does my mother drink tea?", "我妈妈喝茶吗？") in pairs


def test_real_pairs(datasets: Path) -> None:
    path = datasets / "tatoeba_en_zh" / "cmn.txt"
    if not path.is_file():
        pytest.skip("no tatoeba_en_zh")
    samples = source_of(source="parallel", path=str(path), longest=8, test=0.05, validation=0.05).load()
    assert len(samples) > 17_000
    assert 0.03 < len(samples.parts["test"]) / len(samples) < 0.07

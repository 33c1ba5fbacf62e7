"""Tagged tokens: CoNLL files as they come, and entities in tags."""

from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Error
from builder.data.entities import entity_spans, entity_types, is_iob, to_iob2
from builder.data.fields import PARTS
from builder.data.fitting import fit
from tests.data.sets import folder_of, source_of, zip_of

CLASSES = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
LINES = "Ann\tB-PER\nLee\tI-PER\nruns\tO\n\nRome\tB-LOC\n.\tO\n\n"


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ("O I-PER I-PER O I-LOC", "O B-PER I-PER O B-LOC"),  # IOB1
        ("I-PER B-PER I-LOC", "B-PER B-PER B-LOC"),
        ("B-PER I-PER I-LOC", "B-PER I-PER B-LOC"),
        ("S-PER B-LOC I-LOC E-LOC S-LOC", "B-PER B-LOC I-LOC I-LOC B-LOC"),  # IOBES
        ("U-PER B-LOC L-LOC O", "B-PER B-LOC I-LOC O"),  # BILOU
        ("B-PER E-PER I-PER", "B-PER I-PER B-PER"),
    ],
)
def test_every_way_of_writing_becomes_iob2(tags: str, wanted: str) -> None:
    assert to_iob2(tags.split()) == wanted.split()


def test_entities_are_found_row_by_row() -> None:
    number = {tag: at for at, tag in enumerate(CLASSES)}
    rows = [["B-PER", "I-PER", "B-PER", "I-LOC"], ["I-LOC", "I-LOC", "O", "B-LOC"]]
    tags = np.array([[-100, *(number[tag] for tag in row)] for row in rows])
    assert entity_types(CLASSES) == ["LOC", "PER"]
    assert entity_spans(tags, CLASSES).tolist() == [
        [0, 1, 3, 1], [0, 3, 4, 1], [0, 4, 5, 0], [1, 1, 3, 0], [1, 4, 5, 0],
    ]  # fmt: skip
    assert entity_spans(np.full((2, 3), -100), CLASSES).shape == (0, 4)
    assert is_iob(CLASSES)
    assert not is_iob(("NOUN", "VERB"))


@pytest.mark.parametrize("sign", ["\t", " ", " NN x "])
@pytest.mark.parametrize("side", ["left", "right"])
def test_tags_stand_where_their_tokens_do(tmp_path: Path, sign: str, side: str) -> None:
    (tmp_path / "a.txt").write_text("-DOCSTART-\tO\n\n" + LINES.replace("\t", sign) * 4)
    source = source_of(source="conll", path=str(tmp_path / "a.txt"), max_length=5, padding_side=side)
    samples = source.load()
    assert samples.only[:2] == [("Ann", "Lee", "runs"), ("Rome", ".")]
    assert samples.names[1].endswith("line 7")
    assert samples.classes == CLASSES[:2] + CLASSES[3:]
    ids = fit(source, samples).only.apply(samples.only)
    assert ((ids == 0) == (samples.labels == -100)).all()
    first = [2, 3, 0]
    assert samples.labels[0].tolist() == ([-100, -100, *first] if side == "left" else [*first, -100, -100])


def test_a_cut_sentence_keeps_the_tags_of_what_is_left(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LINES * 4)
    for side, kept in (("right", [2, 3]), ("left", [3, 0])):
        source = source_of(source="conll", path=str(tmp_path / "a.txt"), max_length=2, truncation_side=side)
        samples = source.load()
        assert samples.labels[0].tolist() == kept
        assert fit(source, samples).only.view(samples.only[0]) == list(
            samples.only[0][:2] if kept[0] == 2 else ("Lee", "runs")
        )
        assert [notice.code for notice in samples.notices] == ["T-LONG"]


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_files_by_part_are_kept_apart(tmp_path: Path, kind: str) -> None:
    files = {"set/wnut17train.conll": LINES * 3, "set/x.dev.conll": LINES, "set/x.test.annotated": LINES * 2}
    content = {name: text.encode() for name, text in files.items()} | {"set/README.md": b"about"}
    path = zip_of(tmp_path / "a.zip", content) if kind == "zip" else folder_of(tmp_path / "a", content)
    samples = source_of(source="conll", path=path).load()
    assert [len(samples.parts[part]) for part in PARTS] == [6, 2, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a\tO\nb\n", r'\[T-ROW\] "a.txt": line 2 has 1 columns; the lines before have 2'),
        (b"a\nb\n", r'\[T-ROW\] "a.txt": line 1 has one column; a token and a tag are needed'),
        (b"a\tO\n\tO\n", r'\[T-ROW\] "a.txt": line 2 has an empty cell'),
        (b"a\tO\nb\0\tO\n", r'\[T-NUL\] "a.txt": line 2 holds a NUL byte'),
        (b"a\tO\nb\tO\n", r'\[T-CLASS\] "a.txt" holds only one tag, "O"'),
        (b"\n\n", r"\[T-CLASS\]"),
        ("好\tO\n不\tB-X\n房间很大早餐不错\tO\n".encode("gbk"), r"\[T-ENC\] Not UTF-8. It looks like GBK"),
        (b"a\t" + b"O" * 1_100_000, r"\[L-LINE\] Line 1 is longer than 1 MB"),
    ],
)
def test_what_is_wrong_about_a_file_is_said_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(Error, match=said):
        source_of(source="conll", path=str(tmp_path / "a.txt")).load()


def test_columns_that_are_not_there_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(LINES)
    with pytest.raises(Error, match=r'\[T-ROW\] "a.txt" has 2 columns, but token and tag are looked for in .* 1 and 5'):
        source_of(source="conll", path=str(tmp_path / "a.txt"), tag_column=5).load()


def test_a_folder_without_a_training_file_is_refused(tmp_path: Path) -> None:
    path = folder_of(tmp_path / "a", {"one.txt": b"a\tO\n", "two.txt": b"a\tO\n"})
    with pytest.raises(Error, match=r"\[P-NONE\] .* holds no file with train in its name"):
        source_of(source="conll", path=path).load()


@pytest.mark.parametrize(
    ("path", "counts", "classes", "by"),
    [
        ("wnut17_ner", [3394, 1009, 1287], 13, "words"),
        ("msra_ner_zh/dh_msra.zip", [44784, 4976, 5529], 7, "characters"),
    ],
)
def test_real_entities_are_read(datasets: Path, path: str, counts: list[int], classes: int, by: str) -> None:
    source = source_of(source="conll", path=path, test=0.1)
    samples = source.load()
    assert [len(samples.parts[part]) for part in PARTS] == counts
    assert len(samples.classes) == classes
    short = source_of(source="conll", path=path, test=0.1, limit=200)
    assert fit(short, short.load()).only.by == by  # type: ignore[union-attr]

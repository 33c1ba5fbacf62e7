"""Tables whose columns have roles: what is guessed, what becomes of it, and rows T04, T05, T09 for them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Error
from builder.data.batches import prepare
from builder.data.fitting import fit
from builder.data.preparations.columns import ColumnsPreparation
from builder.data.sources import ColumnsSource, parse_source
from builder.data.sources.table import Table
from builder.graph.document import Document
from builder.graph.edit import apply

PAIRS = (("plain", "red", "no"), ("fine", "blue", "yes"))
SHOP = "id,note,size,colour,price,sold\n" + "".join(
    f"{n},a {kind} thing number {n} here,{n % 7},{colour},{n * 1.5},{sold}\n"
    for n in range(120)
    for kind, colour, sold in [PAIRS[n % 2]]
)


def table(folder: Path, content: str = SHOP, **settings: object) -> Table:
    (folder / "t.csv").write_text(content, "utf-8")
    source, problems = parse_source({"source": "table", "path": str(folder / "t.csv"), **settings})
    assert isinstance(source, Table), problems
    return source


def roles(source: ColumnsSource) -> dict[str, str]:
    return {column.name: column.role for column in source.facts()}


def test_roles_are_guessed_from_names_and_content(tmp_path: Path) -> None:
    assert roles(table(tmp_path)) == {
        "id": "ignore", "note": "text", "size": "number", "colour": "category", "price": "target_number",
        "sold": "category",
    }  # fmt: skip
    chosen = table(tmp_path, columns={"sold": "target_category", "colour": "ignore"})
    assert roles(chosen)["price"] == "number"  # one target is named, so none is guessed
    assert [column.name for column in chosen.facts() if not column.guessed] == ["colour", "sold"]


def test_a_column_that_is_the_target_by_another_name_is_left_out(tmp_path: Path) -> None:
    rows = "".join(f"{n % 5},{('no', 'yes')[n % 2]},{('false', 'true')[n % 2]}\n" for n in range(60))
    assert roles(table(tmp_path, f"x,label,said\n{rows}")) == {
        "x": "number",
        "label": "target_category",
        "said": "ignore",
    }


def test_fields_and_targets_follow_the_roles(tmp_path: Path) -> None:
    source = table(tmp_path, columns={"sold": "target_category", "price": "target_number"})
    spec, samples = source.spec(), source.load()
    assert spec == samples.spec
    assert [(f.name, f.kind, f.spec.shape[1:]) for f in spec.inputs] == [
        ("features", "vector", (3,)),
        ("note", "text", (64,)),
    ]
    assert [(t.name, t.kind, t.size) for t in spec.targets] == [("price", "number", 1), ("sold", "category", 2)]
    prepared = prepare(source)
    part = prepared.parts["train"]
    assert [tuple(x.shape[1:]) for x in part.x] == [(3,), (64,)]
    assert abs(float(part.y[0].mean())) < 1e-5  # a number is learned with mean 0 and spread 1
    assert abs(float(part.y[0].std(correction=0)) - 1) < 1e-4
    back = prepared.preparation.targets["price"].back(part.y[0].numpy())
    assert np.allclose(back, samples.targets["price"][samples.parts["train"]], atol=1e-3)


def test_numbers_may_be_predicted_together(tmp_path: Path) -> None:
    source = table(tmp_path, columns={"size": "target_number", "price": "target_number"}, join_targets=True)
    [target] = source.spec().targets
    assert (target.name, target.columns, target.size) == ("numbers", ("size", "price"), 2)
    assert source.load().targets["numbers"].shape == (120, 2)


def test_missing_numbers_take_the_mean_of_the_training_part_and_unknown_words_are_zeros(tmp_path: Path) -> None:
    content = "x,kind,label\n" + "".join(f"{'' if n % 10 == 0 else n},{'ab'[n % 2]},{n // 50}\n" for n in range(100))
    source = table(tmp_path, content)
    samples = source.load()
    fitted = fit(source, samples).only
    assert isinstance(fitted, ColumnsPreparation)
    train = samples.only[samples.parts["train"]][:, 0]
    assert 0 < np.isnan(train).sum() < len(train)
    assert fitted.mean[0] == pytest.approx(np.nanmean(train))
    rows = np.stack([fitted.row({"x": "", "kind": "never seen"}), fitted.row({"x": str(fitted.mean[0]), "kind": "a"})])
    assert fitted.apply(rows).tolist() == [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]


def test_only_the_training_part_is_looked_at(tmp_path: Path) -> None:
    source = table(tmp_path, columns={"sold": "target_category", "price": "target_number"})
    samples = source.load()
    held = np.concatenate([samples.parts["validation"], samples.parts["test"]])
    cells, prices = samples.inputs["features"].copy(), samples.targets["price"].copy()  # type: ignore[union-attr]
    cells[held], prices[held] = 999, 1e6
    notes = ["zebra" if at in held else note for at, note in enumerate(samples.inputs["note"])]
    changed = replace(samples, inputs={"features": cells, "note": notes}, targets={**samples.targets, "price": prices})
    assert fit(source, changed) == fit(source, samples)


def test_words_of_other_parts_are_unknown(tmp_path: Path) -> None:
    """The width of the vector itself must not tell what is in the test part."""
    for name, words in (("train", "ab"), ("test", "abc")):
        rows = "".join(f"{words[n % len(words)]},{n % 2}\n" for n in range(60))
        (tmp_path / f"{name}.csv").write_text(f"word,label\n{rows}")
    source, _problems = parse_source({"source": "table", "path": str(tmp_path)})
    assert isinstance(source, Table)
    assert source.spec().inputs[0].columns[0].categories == ("a", "b")
    assert len(source.load().parts["test"]) == 60


@pytest.mark.parametrize(
    ("content", "settings", "said"),
    [
        ("a,label\n1,x\n2,y\nthree,x\n4,y\n" * 9, {"columns": {"a": "number"}},
         r'\[T-NUMBER\] "three" in column "a" \(t.csv, line 4\) is not a number'),
        ("a,b\n1,2\n3,4\n", {"columns": {"a": "ignore", "b": "target_number"}}, r"\[T-ROLE\] No column is an input"),
        ("a,b\n1,2\n3,4\n", {"columns": {"a": "number", "b": "number"}}, r"\[T-ROLE\] No column is to be predicted"),
        (SHOP, {"columns": {"pricy": "number"}}, r'\[T-ROW\] There is no column "pricy". Did you mean "price"'),
        ("a,label\n" + "1,x\n2,y\n" * 9 + "3,z\n", {}, r'\[T-CLASS\] "z" has 1 row; at least 2 are needed'),
        ("a,b\n1,2,3\n", {}, r"\[T-ROW\] Row 2 has 3 values; the header has 2"),
    ],
)  # fmt: skip
def test_faults_are_said(tmp_path: Path, content: str, settings: dict[str, object], said: str) -> None:
    with pytest.raises(Error, match=said):
        table(tmp_path, content, **settings).spec()


def test_a_word_among_numbers_is_mended_by_its_fix(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,label\n1,x\n2,y\nthree,x\n4,y\n" * 9)
    data = {"source": "table", "path": str(tmp_path / "t.csv"), "columns": {"a": "number"}}
    source, _problems = parse_source(data)
    assert source is not None
    with pytest.raises(Error, match="is not a number") as caught:
        source.spec()
    fix = caught.value.problems[0].fix
    assert fix is not None
    mended, _problems = parse_source(apply(Document(data=data), *fix.edits).data)
    assert mended is not None
    assert mended.spec().inputs[0].columns[0].categories


def test_rows_without_an_answer_are_left_out_with_a_notice(tmp_path: Path) -> None:
    rows = "".join(f"{n},{'' if n % 4 == 0 else n * 2}\n" for n in range(80))
    samples = table(tmp_path, f"x,price\n{rows}").load()
    assert len(samples) == 60
    assert [str(notice) for notice in samples.notices] == ["[T-ROW] Rows without text or target were left out: 20."]


@pytest.mark.parametrize(
    ("path", "settings", "target", "width", "rows"),
    [
        ("titanic/titanic.csv", {}, ("survived", "category", 2), 30, 891),
        ("california_housing/housing.csv", {}, ("median_house_value", "number", 1), 13, 20640),
        ("adult/adult-train.csv", {"header": False}, ("15", "category", 2), 105, 32561),
    ],
)
def test_real_tables(
    datasets: Path, path: str, settings: dict[str, object], target: tuple[str, str, int], width: int, rows: int
) -> None:
    source, _problems = parse_source({"source": "table", "path": path, **settings})
    assert isinstance(source, Table)
    spec = source.spec()
    assert (spec.target.name, spec.target.kind, spec.target.size) == target
    assert spec.inputs[0].spec.shape[1:] == (width,)
    assert len(source.load()) == rows


def test_a_real_folder_with_parts(datasets: Path) -> None:
    source, _problems = parse_source({"source": "table", "path": "sst2", "header": False, "limit": 500})
    assert isinstance(source, Table)
    spec = source.spec()
    assert [(field.name, field.kind) for field in spec.inputs] == [("1", "text")]
    assert (spec.target.name, spec.target.classes) == ("2", ("0", "1"))

"""Series: windows that stay inside their part, scaling by the training part alone, tables with gaps and times."""

from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Error, Problem
from builder.data.fields import PARTS
from builder.data.fitting import fit
from builder.data.preparations.series import SeriesPreparation
from builder.data.sources.series import SeriesSource
from builder.data.sources.series_table import SeriesTable
from builder.data.sources.sine import Sine
from tests.data.sets import source_of


def steps_of(source: SeriesSource, part: str) -> set[float]:
    """Every value that a part's windows hold, past and ahead. The series must hold no value twice."""
    samples = source.load()
    index = samples.parts[part]  # type: ignore[index]
    held = [np.asarray(samples.inputs["series"])[index, :, 0], *(values[index] for values in samples.targets.values())]
    return {value for values in held for value in values.ravel().tolist()}


def table(folder: Path, text: str, **settings: object) -> SeriesTable:
    path = folder / "steps.csv"
    path.write_text(text)
    source = source_of(source="series", path=str(path), **settings)
    assert isinstance(source, SeriesTable)
    return source


def counting(folder: Path, rows: int = 200, **settings: object) -> SeriesTable:
    """A series whose values tell their place."""
    return table(folder, "value\n" + "\n".join(map(str, range(rows))), **settings)


@pytest.mark.parametrize(("window", "horizon", "stride"), [(8, 3, 1), (5, 5, 4), (15, 1, 7), (1, 1, 1)])
def test_no_value_is_in_two_parts_and_parts_follow_each_other(
    tmp_path: Path, window: int, horizon: int, stride: int
) -> None:
    source = counting(tmp_path, window=window, horizon=horizon, stride=stride)
    train, validation, test = (steps_of(source, part) for part in PARTS)
    assert max(train) < min(validation)
    assert max(validation) < min(test)
    assert min(train) == 0
    if stride == 1:
        assert sorted([*train, *validation, *test]) == list(range(200))


def test_a_target_follows_its_window_at_once(tmp_path: Path) -> None:
    samples = counting(tmp_path, window=8, horizon=3).load()
    past, ahead = np.asarray(samples.inputs["series"])[..., 0], samples.targets["value"]
    assert np.array_equal(np.diff(np.concatenate([past, ahead], axis=1), axis=1), np.ones((len(samples), 10)))
    assert samples.names[0] == "steps.csv, line 10"  # the header, eight values, and then the first ahead


def test_scaling_is_fitted_on_the_training_part_alone(tmp_path: Path) -> None:
    source = counting(tmp_path, window=8, horizon=3)
    samples = source.load()
    before = fit(source, samples)
    changed = np.asarray(samples.inputs["series"]).copy()
    held = np.concatenate([samples.parts["validation"], samples.parts["test"]])
    changed[held] += 1e6
    samples.inputs["series"] = changed  # type: ignore[index]
    samples.targets["value"][held] += 1e6
    assert fit(source, samples) == before
    assert before.targets["value"].mean == (before.targets["value"].mean[0],) * 3


def test_rows_are_put_in_the_order_of_time(tmp_path: Path) -> None:
    days = [f"2024-{1 + day // 28:02}-{1 + day % 28:02},{day}" for day in range(300)]
    mixed = [days[at] for at in np.random.default_rng(0).permutation(len(days))]
    samples = table(tmp_path, "\n".join(["date,sold", *mixed]), window=6, horizon=2).load()
    assert np.asarray(samples.inputs["series"])[0, :, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert samples.names[0] == "2024-01-07"
    assert samples.spec.target.name == "sold"


def test_other_columns_enter_when_they_are_told_to(tmp_path: Path) -> None:
    rows = "\n".join(f"{at},{at * 2},{at % 7}" for at in range(120))
    source = table(tmp_path, f"hour,load,wind\n{rows}", window=6, horizon=2, columns={"wind": "enters"})
    assert [(fact.name, fact.role) for fact in source.facts()] == [
        ("hour", "time"), ("load", "predicted"), ("wind", "enters"),
    ]  # fmt: skip
    assert [column.name for column in source.spec().inputs[0].columns] == ["load", "wind"]
    assert np.asarray(source.load().inputs["series"])[3, -1].tolist() == [16, 1]


def test_what_is_missing_takes_the_last_value_before_it(tmp_path: Path) -> None:
    rows = "\n".join("" if at in (3, 4) else str(at) for at in range(100))
    source = table(tmp_path, "n,value\n" + "\n".join(f"x,{row}" for row in rows.split("\n")), window=6, horizon=2)
    samples = source.load()
    assert np.asarray(samples.inputs["series"])[0, :, 0].tolist() == [0, 1, 2, 2, 2, 5]
    assert [notice.message for notice in samples.notices] == [
        'Column "value": 2 missing values took the last one before them.'
    ]


@pytest.mark.parametrize(
    ("text", "settings", "said"),
    [
        ("value\n" + "1\n" * 30, {}, r"\[T-SERIES\] The train part has 22 steps; a window of 24 and a horizon of 12"),
        ("value\n" + "1\n" * 300 + "x\n", {}, r'\[T-NUMBER\] "x" in column "value" \(steps.csv, line 302\)'),
        ("value\n?\n" + "1\n" * 300, {}, r'\[T-SERIES\] Column "value" has no value in its first row'),
        ("a,b\n" + "x,y\n" * 300, {}, r"\[T-ROLE\] A series has one column that is predicted; here are none"),
        ("date,b\n2024-01-01,1\nsoon,2\n" + "2024-01-01,1\n" * 300, {}, r'\[T-TIME\] "soon" in column "date"'),
        ("value\n" + "1\n" * 300, {"columns": {"valu": "time"}}, r'There is no column "valu". Did you mean "value"'),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_series_is_said(tmp_path: Path, text: str, settings: dict[str, object], said: str) -> None:
    with pytest.raises(Error, match=said):
        table(tmp_path, text, **settings).load()


def test_too_many_windows_are_refused_before_they_are_made(tmp_path: Path) -> None:
    with pytest.raises(Error, match=r"\[L-SIZE\] .* windows take .* Raise stride"):
        Sine(points=1_000_000, window=4096).load()


def test_the_best_error_of_a_sine_wave_is_its_noise() -> None:
    clean, noisy = Sine(noise=0.0).series(), Sine(noise=0.2).series()
    assert float((noisy.values - clean.values).std()) == pytest.approx(0.2, rel=0.05)
    assert float(abs(clean.values).max()) <= 1.5


def test_the_last_values_of_a_series_as_text() -> None:
    field = SeriesPreparation(columns=("value",), length=3, mean=(0.0,), std=(1.0,))
    heard: list[Problem] = []
    for text in ("1 2 3", "1, 2\n3", "value\n1\n2\n3\n", "1;2;3"):
        assert field.read_text(text, heard.append).tolist() == [[1], [2], [3]]
    assert not heard
    assert field.read_text("9 1 2 3", heard.append).tolist() == [[1], [2], [3]]
    assert [notice.message for notice in heard] == ["Of 4 steps only the last 3 were used."]
    two = SeriesPreparation(columns=("load", "wind"), length=2, mean=(0.0, 1.0), std=(1.0, 2.0))
    raw = two.read_text("load,wind\n1,2\n3,4")
    assert two.apply([raw]).tolist() == [[[1, 0.5], [3, 1.5]]]
    for text, said in (
        ("1,2", r"\[T-SERIES\] 1 steps were given; this network reads the last 2"),
        ("1,2\n3", r'\[T-SERIES\] "3" has 1 values; each step needs "load", "wind"'),
        ("1,2\n3,nan", r'\[T-NUMBER\] "nan" is not a number'),
    ):
        with pytest.raises(Error, match=said):
            two.read_text(text)

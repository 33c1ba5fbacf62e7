"""What the health report finds, what it leaves alone, and that its fixes mend."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from builder.core.errors import Error
from builder.data.health import Health, examine
from builder.data.health.labels import alike
from builder.data.loading import load
from builder.data.sources import SOURCES, parse_source
from builder.examples import load as example
from builder.examples import names
from builder.graph.document import Document
from builder.graph.edit import apply
from tests.data.sets import classes_of, picture, source_of, zip_of


def health_of(**data: Any) -> Health:
    source = source_of(**data)
    return examine(source, load(source))


def codes(health: Health) -> set[str]:
    return {finding.problem.code for finding in health.findings}


def mended(data: dict[str, Any], code: str) -> Health:
    """The health after pressing the button beside the first finding of this code."""
    found = next(f.problem for f in health_of(**data).findings if f.problem.code == code)
    assert found.fix is not None
    return health_of(**apply(Document(data=data), *found.fix.edits).data)


def table(path: Path, *rows: str) -> dict[str, Any]:
    path.write_text("\n".join(rows) + "\n")
    return {"source": "table", "path": str(path)}


@pytest.mark.parametrize("name", names())
def test_nothing_serious_is_said_of_an_example(name: str) -> None:
    data = example(name).data
    large = SOURCES[data["source"]].download_bytes > 0
    source, _problems = parse_source({**data, "limit": 2_000} if large else data)
    assert source is not None
    if not source.here():
        pytest.skip("its data is not on this machine")
    assert not examine(source, load(source)).serious


def test_images_that_two_parts_share_are_found_by_content_and_kept_once(tmp_path: Path) -> None:
    files = {f"train/{name}": content for name, content in classes_of("cat", "dog", each=60).items()}
    files |= {f"test/{name}": content for name, content in classes_of("cat", "dog", each=40).items()}
    for number in range(15):  # under another name and in another file, the same picture
        files[f"train/cat/again{number}.png"] = files[f"test/cat/{number}.png"] = picture(900 + number)
    data = {"source": "images", "path": zip_of(tmp_path / "pets.zip", files)}
    leaks = [found for found in health_of(**data).findings if found.problem.code == "D-LEAK"]
    assert leaks[0].problem.severity == "warning"
    assert any("test/cat/" in name for name in leaks[0].samples)
    assert "D-LEAK" not in codes(mended(data, "D-LEAK"))
    samples = load(source_of(**data, duplicates="drop"))
    content = [samples.only[int(row)].tobytes() for part in samples.parts.values() for row in part]  # type: ignore[union-attr]
    assert len(set(content)) == len(content)
    assert len(samples.parts["test"]) == len(load(source_of(**data)).parts["test"])  # the test part stays whole


def test_a_column_that_repeats_the_target_is_found(datasets: Path) -> None:
    data = {"source": "table", "path": "titanic/titanic.csv"}
    told = [f.problem.message for f in health_of(**data).findings if f.problem.code == "D-TELLS"]
    assert told == ['Column "alive" was left out, because it repeats "survived".']
    asked = data | {"columns": {"survived": "target_category", "alive": "category", "deck": "ignore"}}
    (serious,) = health_of(**asked).serious
    assert (serious.code, '"alive" repeats "survived"' in serious.message) == ("D-TELLS", True)
    assert not mended(asked, "D-TELLS").serious


def test_missing_and_constant_columns_are_found_and_left_out(tmp_path: Path) -> None:
    rows = [f"{n % 13},{'' if n % 2 else n},7,{n % 3 // 2}" for n in range(200)]
    data = table(tmp_path / "shop.csv", "size,gap,same,label", *rows)
    data["columns"] = {"size": "number", "gap": "number", "same": "number", "label": "target_category"}
    assert codes(health_of(**data)) >= {"D-MISSING", "D-CONSTANT"}
    assert "D-MISSING" not in codes(mended(data, "D-MISSING"))
    assert "D-CONSTANT" not in codes(mended(data, "D-CONSTANT"))


def test_uneven_classes_and_slips_in_labels_are_found(tmp_path: Path) -> None:
    labels = ["dog"] * 300 + ["cat"] * 30 + ["Cat"] * 12 + ["dgo"] * 12
    rows = [f"{n},{n * 7 % 11},{label}" for n, label in enumerate(labels)]
    found = health_of(**table(tmp_path / "pets.csv", "a,b,label", *rows))
    said = " ".join(f.problem.message for f in found.findings if f.problem.code == "D-LABEL")
    assert '"Cat" (12) may be a slip of "cat" (30)' in said
    assert '"dgo" (12) may be a slip of "dog" (300)' in said
    assert "D-UNEVEN" in codes(found)


def test_labels_that_differ_by_their_meaning_are_left_alone() -> None:
    assert alike({"cat": 500, "car": 490, "class 1": 500, "class 2": 4, "0": 5, "1": 500}) == []


def test_files_that_cannot_be_read_are_skipped_only_with_consent(tmp_path: Path) -> None:
    files = classes_of("cat", "dog", each=40) | {"cat/broken.png": b"\x89PNG\r\n\x1a\nnothing"}
    data: dict[str, Any] = {"source": "images", "path": zip_of(tmp_path / "pets.zip", files)}
    with pytest.raises(Error, match="cannot be read") as raised:
        load(source_of(**data))
    assert any("broken.png" in problem.message for problem in raised.value.problems)
    fix = raised.value.problems[0].fix
    assert fix is not None
    data = apply(Document(data=data), *fix.edits).data
    assert len(load(source_of(**data))) == 80
    assert "D-UNREAD" in codes(health_of(**data))


def test_lengths_and_sizes_are_measured(tmp_path: Path) -> None:
    files = classes_of("cat", "dog", each=30) | {f"dog/wide{n}.png": picture(n, (20 + n, 9)) for n in range(9)}
    found = health_of(source="images", path=zip_of(tmp_path / "pets.zip", files))
    assert {m.title: (min(m.values), max(m.values)) for m in found.measures} == {
        "height in pixels": (8.0, 9.0),
        "width in pixels": (10.0, 28.0),
    }
    (lengths,) = health_of(source="reviews").measures
    assert np.median(lengths.values) > 5

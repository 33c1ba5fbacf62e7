"""Sounds given to a trained network: to be predicted, and by the project that is exported."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Problem
from builder.data.sources import Samples, parse_source
from builder.export import export
from builder.prediction import Predictor
from builder.runs.store import Store
from tests.data.sounds import sound_file, tone
from tests.export.test_export import alone, assert_same
from tests.trained import example, finish_here


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, str, str]]:
    store = Store(tmp_path_factory.mktemp("sounds"))
    few = ("recipe.epochs=1", "data.limit=40", 'recipe.device="cpu"')
    runs = [finish_here(store, example(name, *few)) for name in ("spoken-digits-cnn", "spoken-digits-ctc")]
    yield store, *(run.id for run in runs)
    store.close()


@pytest.fixture(scope="module")
def samples(runs: tuple[Store, str, str]) -> Samples:
    store, id, _spelled = runs
    source, _problems = parse_source(Predictor.of(store, id).trained.document.data)
    assert source is not None
    return source.load()


def files_of(samples: Samples, n: int) -> list[tuple[str, bytes]]:
    """Test samples as files that hold every number as it is."""
    waves = np.asarray(samples.only)[samples.parts["test"][:n]]
    return [(f"{at}.wav", sound_file(wave, subtype="FLOAT")) for at, wave in enumerate(waves)]


def test_notices_and_problems_stand_beside_their_sounds(runs: tuple[Store, str, str]) -> None:
    content = sound_file(tone(440, 1.0))
    short, bad, good = Predictor.of(*runs[:2]).predict_files(
        [("s.wav", content[:1000]), ("b.wav", b"x"), ("g.wav", content)]
    )
    assert not isinstance(short, Problem)
    assert short.notices[0].message == '"s.wav": Shorter than its header says; 0.06 s used.'
    assert isinstance(bad, Problem)
    assert bad.code == "A-TYPE"
    assert not isinstance(good, Problem)
    assert good.notices == ()


def test_a_project_for_sounds_runs_alone(runs: tuple[Store, str, str], samples: Samples, tmp_path: Path) -> None:
    store, id, _spelled = runs
    export(store, id, "python", tmp_path / "project")
    needed = (tmp_path / "project" / "requirements.txt").read_text().split()
    assert needed == ["torch", "safetensors", "numpy", "soundfile"]
    files = files_of(samples, 3)
    stereo = np.stack([tone(500, 1.0, 44_100), tone(900, 1.0, 44_100)], axis=1)
    files += [("stereo.flac", sound_file(stereo, "FLAC", 44_100)), ("music.mp3", sound_file(kind="MP3"))]
    for name, content in files:
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name, _content in files]
    assert_same(alone(tmp_path / "project", *paths, cwd=tmp_path), Predictor.of(store, id).predict_files(files))


def test_a_project_that_writes_down_what_it_hears(
    runs: tuple[Store, str, str], samples: Samples, tmp_path: Path
) -> None:
    store, _label, id = runs
    export(store, id, "python", tmp_path / "project")
    measured = f"Wrong characters of the test part: {store.get(id).metrics['test_cer']:.4f}."
    assert measured in (tmp_path / "project" / "README.md").read_text()
    files = files_of(samples, 3)
    for name, content in files:
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name, _content in files]
    predictions = Predictor.of(store, id).predict_files(files)
    for said, found in zip(alone(tmp_path / "project", *paths, cwd=tmp_path), predictions, strict=True):
        assert not isinstance(found, Problem)
        expected = found.to_json()
        assert said["text"] == expected["text"]
        assert said["probability"] == pytest.approx(expected["probability"], rel=1e-3)
        assert said["others"] == pytest.approx(expected["others"], rel=1e-3)

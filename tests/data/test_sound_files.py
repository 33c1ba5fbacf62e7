"""Own sounds: by folders, by names, by a table."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from builder.core.errors import Error
from builder.data.health.measures import measures
from builder.data.sources import SOURCES, parse_source, sound_files
from builder.data.sources.sound_files import Sounds
from tests.data.sets import folder_of, zip_of
from tests.data.sounds import sound_file, tone


def words(names: dict[str, float]) -> dict[str, bytes]:
    return {name: sound_file(tone(hertz, 0.1)) for name, hertz in names.items()}


def by_folder(each: int = 6) -> dict[str, bytes]:
    return words({f"{word}/{at}.wav": 200 + 300 * n for n, word in enumerate(("no", "yes")) for at in range(each)})


def by_name() -> dict[str, bytes]:
    people = [f"{word}_{who}" for word in ("no", "yes") for who in ("ann", "ben")]
    return words({f"all/{person}_{at}.wav": 300 + 10 * at for person in people for at in range(10)})


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    for path in (zip_of(tmp_path / "a.zip", by_folder()), folder_of(tmp_path / "a", by_folder())):
        source = Sounds(path=path, seconds=0.1, rate=8000)
        samples = source.load()
        assert samples.classes == ("no", "yes")
        assert samples.only.shape == (12, 800)  # type: ignore[union-attr]
        assert [name.split("/")[0] for name in samples.names] == [samples.classes[label] for label in samples.labels]
        assert samples.notices[0].message == "Labels were taken from the folders."


def test_own_parts_are_kept(tmp_path: Path) -> None:
    files = {f"set/{part}/{name}": content for part in ("train", "test") for name, content in by_folder().items()}
    samples = Sounds(path=zip_of(tmp_path / "a.zip", files)).load()
    assert {samples.names[at].split("/")[1] for at in samples.parts["test"]} == {"test"}
    assert len(samples.parts["test"]) == 12


def test_labels_from_names_are_guessed_and_a_rule_tells_the_test_part(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", by_name())
    samples = Sounds(path=path, test_where="index < 3").load()
    assert samples.classes == ("no", "yes")
    assert 'by the pattern "{label}_{group}_{index}"' in samples.notices[0].message
    indices = {
        part: {int(samples.names[at][:-4].split("_")[2]) for at in index} for part, index in samples.parts.items()
    }
    assert indices["test"] == {0, 1, 2}
    assert not indices["test"] & (indices["train"] | indices["validation"])
    swapped = Sounds(path=path, pattern="{word}_{label}_{index}", test_where="word = no").load()
    assert swapped.classes == ("ann", "ben")
    assert {swapped.names[at][4:6] for at in swapped.parts["test"]} == {"no"}


def test_groups_stay_whole(tmp_path: Path) -> None:
    files = {
        f"{word}_{who}_{at}.wav": sound_file(tone(300, 0.1))
        for word in ("no", "yes")
        for who in "abcdef"
        for at in "12"
    }
    path = zip_of(tmp_path / "a.zip", files)
    samples = Sounds(path=path, split="group").load()
    people = {part: {samples.names[at].split("_")[1] for at in index} for part, index in samples.parts.items()}
    assert len(set().union(*people.values())) == 6 == sum(map(len, people.values()))
    with pytest.raises(Error, match=r'There is no field "speaker" to go by\. There are "label", "group", "index"'):
        Sounds(path=path, split="group", group="speaker").spec()
    with pytest.raises(Error, match=r"\[T-SPLIT\] The group .* is in the"):
        Sounds(path=path, split="group", test_where="index < 2").load()


def test_a_table_names_files_and_labels(tmp_path: Path) -> None:
    files = {f"clips/{at}.wav": sound_file(tone(300, 0.1)) for at in range(12)}
    rows = "".join(f"{at}.wav,{'test' if at > 7 else 'train'},{'hush' if at % 2 else 'loud'}\n" for at in range(12))
    files["list.csv"] = f"filename,split,label\n{rows}".encode()
    files["clips/unnamed.wav"] = sound_file()
    samples = Sounds(path=zip_of(tmp_path / "a.zip", files)).load()
    assert samples.classes == ("hush", "loud")
    assert sorted(samples.names[at] for at in samples.parts["test"]) == [f"clips/{at}.wav" for at in (10, 11, 8, 9)]
    assert [notice.message for notice in samples.notices] == [
        "Labels were taken from the table beside the files.",
        "Files without a label, or that are no sounds, were left out: 1.",
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"pattern": "{word}_{x}"}, 'The pattern "{word}_{x}" must name {label} once'),
        ({"pattern": "{label}{group}"}, "other fields apart from each other"),
        ({"pattern": "{label}_{label}"}, "must name {label} once"),
        ({"pattern": "{label}-{x}-{y}-{z}"}, 'No file name fits the pattern "{label}-{x}-{y}-{z}"; one is called'),
        ({"test_where": "index"}, 'The rule "index" cannot be read. Write a field, a sign'),
        ({"test_where": "group < ann"}, "cannot be read"),
        ({"test_where": "indx < 5"}, 'There is no field "indx" to go by. Did you mean "index"?'),
    ],
)
def test_what_cannot_be_done_is_said_at_once(tmp_path: Path, settings: dict[str, str], said: str) -> None:
    source = Sounds(path=zip_of(tmp_path / "a.zip", by_name()), **settings)
    with pytest.raises(Error, match=re.escape(said)) as caught:
        source.spec()
    assert caught.value.problems[0].param in settings


def test_a_slip_in_a_rule_can_be_mended(tmp_path: Path) -> None:
    source = Sounds(path=zip_of(tmp_path / "a.zip", by_name()), test_where="indx < 5")
    with pytest.raises(Error, match="G-FIELD") as caught:
        source.spec()
    fix = caught.value.problems[0].fix
    assert fix is not None
    assert fix.edits == ({"op": "set_data", "values": {"test_where": "index < 5"}},)


def test_a_pattern_is_never_slow(tmp_path: Path) -> None:
    files = {f"{'a_' * 110}{at}!.wav": b"" for at in range(3)}
    with pytest.raises(Error, match="No file name fits"):
        Sounds(path=zip_of(tmp_path / "a.zip", files), pattern="{a}_{b}_{c}_{label}_{d}_{e}=").spec()


def test_what_cannot_be_read_is_left_out_and_named(tmp_path: Path) -> None:
    files = by_folder() | {
        "no/bad.wav": b"<html>",
        "yes/hour.flac": sound_file(np.zeros(61 * 8000, np.float32), "FLAC"),
    }
    samples = Sounds(path=zip_of(tmp_path / "a.zip", files), seconds=0.1).load()
    assert len(samples) == 12
    assert [notice.code for notice in samples.notices[1:]] == ["A-TYPE", "A-LONG"]
    assert "no/bad.wav" in samples.notices[1].message
    assert samples.notices[1].message.endswith("It was left out.")
    with pytest.raises(Error, match=r"\[A-TYPE\]"):
        Sounds(path=zip_of(tmp_path / "b.zip", dict.fromkeys(by_folder(), b"<html>"))).load()
    with pytest.raises(Error, match=r"\[T-CLASS\] .* holds no labelled files"):
        Sounds(path=zip_of(tmp_path / "c.zip", {"readme.txt": b""})).load()


def test_sounds_are_decoded_once_for_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zip_of(tmp_path / "a.zip", by_folder())
    first = Sounds(path=path).load()
    decoded: list[str] = []
    plain = sound_files.decode
    monkeypatch.setattr(sound_files, "decode", lambda content, name: (decoded.append(name), plain(content, name))[1])
    again = Sounds(path=path, bands=20).load()
    assert (decoded, again.fingerprint, again.notices) == ([], first.fingerprint, first.notices)
    Sounds(path=path, rate=8000).load()
    assert len(decoded) == 12


def test_durations_are_told(tmp_path: Path) -> None:
    files = {f"{word}/{at}.wav": sound_file(tone(300, 0.1 + at / 10)) for word in ("no", "yes") for at in range(4)}
    source = Sounds(path=zip_of(tmp_path / "a.zip", files))
    [measure] = measures(source, source.load())
    assert measure.to_json()["least"] == pytest.approx(0.1)
    assert measure.to_json()["most"] == pytest.approx(0.4)


def test_settings_of_sounds_are_checked() -> None:
    source, problems = parse_source({"source": "sounds", "path": "x", "augmentation": {"shift": -1}, "seconds": 61})
    assert source is None
    assert {problem.code for problem in problems} == {"G-RANGE"}
    assert "spoken-digits" in SOURCES
    source, problems = parse_source({"source": "spoken-digits", "features": "mfc"})
    assert json.dumps(problems[0].fix and problems[0].fix.edits[0]["values"]) == '{"features": "mfcc"}'


def test_real_digits_by_their_official_test_part(datasets: Path) -> None:
    source = Sounds(path="fsdd_4speakers.zip", rate=8000, seconds=0.5, test_where="index < 5")
    samples = source.load()
    assert len(samples) == 2000
    assert np.bincount(samples.labels[samples.parts["test"]]).tolist() == [20] * 10

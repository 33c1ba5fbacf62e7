"""Files that are cut off, of another kind, or made to harm: an error with a sentence, and nothing run or allocated."""

import json
import pickle
import random
import resource
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.core.errors import Error
from builder.importing import import_file
from builder.importing.keras_json import keras_model
from tests.importing.keras_texts import conv, dense, functional3, layer3, pool, sequential3

MODEL = sequential3(
    layer3("Conv2D", "c", **conv(4, activation="relu", strides=[2, 2], padding="same")),
    layer3("MaxPooling2D", "p", **pool()),
    layer3("Flatten", "f"),
    layer3("Dense", "d", **dense(10, activation="softmax")),
)
GRAPH = functional3(
    [
        (layer3("Conv2D", "a", **conv(4, padding="same")), ["input_layer"]),
        (layer3("Add", "b"), ["a", "a"]),
        (layer3("GlobalAveragePooling2D", "g"), ["b"]),
        (layer3("Dense", "d", **dense(10)), ["g"]),
    ],
    [8, 8, 3],
)
odd = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.just(10**15), st.floats(allow_nan=True), st.text(max_size=5),
    st.lists(st.integers(-2, 70_000), max_size=5), st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)  # fmt: skip


class Harm:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize(
    "name", ["model.pt", "model.pth", "model.pkl", "model.onnx", "model.json", "model.safetensors"]
)
def test_a_pickle_is_never_opened_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    canary, file = tmp_path / "canary", tmp_path / name
    file.write_bytes(pickle.dumps(Harm(canary)))
    with pytest.raises(
        Error, match=r"could run code, so it was not opened\. Save the weights with safetensors"
    ) as error:
        import_file(file)
    assert error.value.code == "M-UNSAFE"
    assert not canary.exists()


def test_archives_of_torch_and_keras_are_told_apart_and_refused(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(2)}, tmp_path / "weights.bin")
    with pytest.raises(Error, match="could run code"):
        import_file(tmp_path / "weights.bin")
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", MODEL)
        archive.writestr("model.weights.h5", b"")
    with pytest.raises(Error, match=r"Write the network as text: model.to_json\(\)") as error:
        import_file(tmp_path / "model.keras")
    assert error.value.code == "M-TYPE"
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(Error, match=r"model.to_json\(\)"):
        import_file(tmp_path / "model.h5")


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Error, match="could not be read"):
        import_file(tmp_path / "nothing.json")
    large = tmp_path / "large.json"
    large.write_bytes(b"{" + b" " * 5_000_001)
    with pytest.raises(Error, match=r"the most is 5\.0 MB"):
        import_file(large)


@pytest.mark.parametrize(
    "content",
    [
        b"{", b"[]", b"{}", b'{"class_name": "Sequential"}', b'{"class_name": "Sequential", "config": {"layers": []}}',
        b'{"class_name": "Sequential", "config": {"layers": [1]}}', b'{"class_name":' * 100_000, b"[" * 1_000_000,
        json.dumps({"format": "netbuilder", "version": 1}).encode(), b"\xff\xfe", b"", b"hello", bytes(range(256)),
    ],
)  # fmt: skip
def test_garbage_is_no_model(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "garbage"
    file.write_bytes(content)
    with pytest.raises(Error, match=r"\[M-TYPE\]"):
        import_file(file)


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_a_text_that_is_cut_off_is_refused(share: int) -> None:
    with pytest.raises(Error, match=r"\[M-TYPE\]"):
        keras_model(MODEL[: len(MODEL) * share // 100])


def test_deep_models_and_many_layers_are_refused() -> None:
    model: Any = {"class_name": "Dense", "config": dense(4) | {"name": "d"}}
    for _level in range(50):
        model = {"class_name": "Sequential", "config": {"name": "s", "layers": [model]}}
    with pytest.raises(Error, match="not as Keras writes it"):
        keras_model(json.dumps(model).encode())
    many = sequential3(*(layer3("ReLU", f"r{n}") for n in range(3000)))
    with pytest.raises(Error, match=r"\[M-TYPE\]"):
        keras_model(many)


def test_huge_sizes_allocate_nothing() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    huge = sequential3(
        *(layer3("Dense", f"d{n}", **dense(1_000_000)) for n in range(20)), shape=[1_000_000],
    )  # fmt: skip
    made = keras_model(huge)
    assert [problem.code for problem in made.report().errors] == ["L-PARAMS"]
    with pytest.raises(Error, match="is no size of an input"):
        keras_model(sequential3(layer3("Dense", "d", **dense(4)), shape=[10**18]))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a JSON value each of its parts stands."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, item in inner for place in places(item, (*way, key)))]


@given(data=st.data(), text=st.sampled_from([MODEL, GRAPH]), junk=odd)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_model_with_something_odd_opens_or_says_why_not(data: st.DataObject, text: bytes, junk: Any) -> None:
    plain = json.loads(text)
    way = data.draw(st.sampled_from([place for place in places(plain) if place]))
    inner = plain
    for step in way[:-1]:
        inner = inner[step]
    inner[way[-1]] = junk
    code = "none"
    try:
        keras_model(json.dumps(plain).encode()).report()
    except Error as error:
        code = error.code
    assert code == "none" or code[:2] in ("M-", "L-", "G-")


def test_bytes_at_random_are_refused(tmp_path: Path) -> None:
    draw = random.Random(0)
    for length in (1, 7, 8, 9, 64, 1000):
        file = tmp_path / f"random{length}"
        file.write_bytes(bytes([draw.randrange(0x10, 0x78)]) + draw.randbytes(length))
        with pytest.raises(Error, match=r"\[M-(TYPE|UNSAFE|LAYER)\]"):
            import_file(file)

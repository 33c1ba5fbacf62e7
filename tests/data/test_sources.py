"""The registry of sources, their splits, and the sets that are ready."""

import gzip
import hashlib
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from builder.core.errors import Error
from builder.core.settings import parameters
from builder.data.describe import describe
from builder.data.fields import PARTS
from builder.data.sources import SOURCES, Samples, Source, parse_source, svhn
from builder.data.sources.augmentations import ImageAugmentation
from builder.data.sources.cifar import Cifar, Cifar10, Cifar100, read_batch
from builder.data.sources.digits import Digits
from builder.data.sources.mnist import FILES, Mnist, read_idx
from builder.data.sources.reviews import Reviews
from builder.data.sources.split import split
from tests.data.sets import classes_of, source_of, zip_of
from tests.data.sounds import sound_file


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Source]:
    """Every source with something small to read."""
    folder = tmp_path / "ready"
    for name in ("MNIST", "FashionMNIST", "KMNIST"):
        write_idx(folder / name / "raw")
    write_batches(folder, Cifar10, monkeypatch)
    write_batches(folder, Cifar100, monkeypatch, 400)
    write_mats(folder / "SVHN", monkeypatch)
    monkeypatch.setenv("NETBUILDER_DATASETS", str(folder))
    zip_of(folder / "pets.zip", classes_of("cat", "dog"))
    calls = {f"{word}/{at}.wav": sound_file() for word in ("no", "yes") for at in range(6)}
    zip_of(folder / "words.zip", calls)
    (folder / "said.csv").write_text("text,label\n" + "good,1\nbad,0\n" * 6)
    rows = "".join(f"a fine thing {n},{n % 7},{n * 1.5},{n % 2}\n" for n in range(60))
    (folder / "both.tsv").write_text("".join(f"word {n}.\t词{n}。\n" for n in range(30)), "utf-8")
    (folder / "shop.csv").write_text(f"note,size,price,label\n{rows}")
    pairs = "".join(f"{u},{i},{(u + i) % 5}\n" for u in range(9) for i in range(9))
    (folder / "ratings.csv").write_text(f"user,item,rating\n{pairs}")
    (folder / "steps.csv").write_text("step,value\n" + "".join(f"{n},{n % 9}\n" for n in range(500)))
    (folder / "lines").mkdir()
    for name in ("good", "bad"):
        (folder / "lines" / f"{name}.txt").write_text("".join(f"{name} {n}\n" for n in range(9)))
    (folder / "tagged.txt").write_text("Ann\tB-PER\nruns\tO\n\nin O\nRome B-LOC\n\n" * 6)
    given = {
        "images": {"path": "pets.zip"},
        "sounds": {"path": "words.zip", "rate": 8000},
        "speech": {"path": "words.zip", "rate": 8000},
        "text-table": {"path": "said.csv"},
        "table": {"path": "shop.csv"},
        "series": {"path": "steps.csv"},
        "ratings": {"path": "ratings.csv"},
        "parallel": {"path": "both.tsv"},
        "conll": {"path": "tagged.txt"},
        "text-files": {"path": "lines"},
    }
    return {name: source_of(source=name, **given.get(name, {})) for name in SOURCES}


def write_idx(folder: Path, samples: int = 60, packed: bool = True) -> None:
    folder.mkdir(parents=True)
    for number, name in enumerate(FILES):
        labels = np.arange(samples) % 10
        values = labels if number % 2 else np.arange(samples * 784).reshape(samples, 28, 28) % 251
        head = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
        content = head + values.astype(np.uint8).tobytes()
        path = folder / (name if packed else name.removesuffix(".gz"))
        path.write_bytes(gzip.compress(content) if packed else content)


def python_2_batch(samples: int, extra: bytes = b"", key: str = "labels", classes: int = 10) -> bytes:
    """A batch as Python 2 pickled it: {'data': uint8 array, key: list of labels}, with byte strings."""
    data = (np.arange(samples * 3072) % 251).astype(np.uint8)

    def text(value: bytes) -> bytes:
        return b"T" + struct.pack("<i", len(value)) + value

    array = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00t" + text(b"b") + b"tR"
    kind = b"cnumpy\ndtype\n(" + text(b"u1") + b"K\x00K\x01tR(K\x03" + text(b"|") + b"NNN" + b"J\xff\xff\xff\xff" * 2
    kind += b"K\x00tb"
    state = (
        b"(K\x01(" + b"J" + struct.pack("<i", samples) + b"M\x00\x0ct" + kind + b"I00\n" + text(data.tobytes()) + b"tb"
    )
    labels = b"(" + b"".join(b"K" + bytes([n % classes]) for n in range(samples)) + b"l"
    return b"\x80\x02}" + extra + text(b"data") + array + state + b"s" + text(key.encode()) + labels + b"s."


def write_batches(folder: Path, cls: type[Cifar], monkeypatch: pytest.MonkeyPatch, samples: int = 40) -> None:
    (folder / cls.folder).mkdir(parents=True)
    content = python_2_batch(samples, key=cls.key, classes=len(cls.classes))
    for name in cls.batches:
        (folder / cls.folder / name).write_bytes(content)
        monkeypatch.setitem(cls.batches, name, hashlib.md5(content).hexdigest())


def write_mats(folder: Path, monkeypatch: pytest.MonkeyPatch, samples: int = 60) -> None:
    """As the authors of SVHN wrote them: X (32, 32, 3, N) uint8, y (N, 1) uint8 from 1 to 10, which is a zero."""
    folder.mkdir(parents=True)
    for name in svhn.FILES:
        images = (np.arange(samples * 3072) % 253).astype(np.uint8).reshape(samples, 32, 32, 3)
        y = (np.arange(samples) % 10 + 1).astype(np.uint8)[:, None]
        savemat(folder / name, {"X": images.transpose(1, 2, 3, 0), "y": y}, do_compression=True)
        monkeypatch.setitem(svhn.FILES, name, hashlib.md5((folder / name).read_bytes()).hexdigest())


@pytest.mark.parametrize("name", SOURCES)
def test_contract(ready: dict[str, Source], name: str) -> None:
    """What holds of every source, present and to come."""
    source = ready[name]
    spec, samples = source.spec(), source.load()
    field = spec.inputs[0]
    assert source.source == name
    assert type(source).title
    assert type(source).about.endswith(".")
    assert field.kind == source.kind
    assert field.spec.shape[0] == 2
    assert spec == samples.spec
    assert list(samples.inputs) == [field.name for field in spec.inputs]
    assert list(samples.targets) == [target.name for target in spec.targets]
    assert {len(rows) for rows in (*samples.inputs.values(), *samples.targets.values())} == {len(samples)}
    for target in spec.targets:
        values = samples.targets[target.name]
        if target.kind == "category":
            assert values.dtype == np.int64
            assert set(np.unique(values[samples.parts["train"]])) == set(range(target.size))
        elif target.kind == "tags":
            assert (values.dtype, values.shape[1:]) == (np.int64, (source.max_length,))
            assert set(np.unique(values)) <= {-100, *range(target.size)}
        elif target.kind == "text":
            assert values.dtype == object
            assert all(isinstance(value, str) for value in values)
        else:
            assert (values.dtype, values.shape) == (np.float32, (len(samples), target.size))
            assert np.isfinite(values).all()
    assert all(len(samples.parts[part]) for part in PARTS)
    assert not samples.names or len(samples.names) == len(samples.labels)
    if source.kind == "image":
        assert samples.only.dtype == np.uint8
        assert field.spec.shape[1:] == (samples.only.shape[3], *samples.only.shape[1:3])
    if name != "xor":  # whose parts are all four points
        joined = np.concatenate([samples.parts[part] for part in PARTS])
        assert sorted(joined.tolist()) == list(range(len(samples.labels)))
    again = source.load()
    assert again.fingerprint == samples.fingerprint
    assert all(np.array_equal(again.parts[part], samples.parts[part]) for part in PARTS)
    described = json.loads(json.dumps(describe(samples, source.source)))
    assert described["parts"]["train"]["count"] == len(samples.parts["train"])
    if spec.target.kind == "category":
        assert sum(described["parts"]["test"]["classes"].values()) == len(samples.parts["test"])
    assert all(parameter.help for parameter in parameters(type(source)))
    assert source_of(**json.loads(source.model_dump_json())) == source


@pytest.mark.parametrize("name", [name for name in SOURCES if name != "xor"])
def test_a_limit_shortens_every_part(ready: dict[str, Source], name: str) -> None:
    whole, short = ready[name].load(), ready[name].model_copy(update={"limit": 2}).load()
    assert [len(short.parts[part]) for part in PARTS] == [min(2, len(whole.parts[part])) for part in PARTS]


@pytest.mark.parametrize("name", ["digits", "reviews", "images", "text-table"])
def test_another_seed_is_another_split(ready: dict[str, Source], name: str) -> None:
    first, second = ready[name].load(), ready[name].model_copy(update={"seed": 1}).load()
    assert first.fingerprint == second.fingerprint
    assert not np.array_equal(first.parts["test"], second.parts["test"])


def test_parts_of_the_set_itself_are_kept(ready: dict[str, Source]) -> None:
    for name in ("mnist", "fashion-mnist", "kmnist", "svhn"):
        samples = ready[name].load()
        assert samples.parts["test"].tolist() == list(range(60, 120))
    assert ready["cifar10"].load().parts["test"].tolist() == list(range(200, 240))


@pytest.mark.parametrize("sizes", [(1000, 1000), (900, 100, 10), (4, 4), (3, 5, 50)])
def test_splits_are_stratified_and_disjoint(sizes: tuple[int, ...]) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    parts = split(labels, {}, validation=0.1, test=0.2, seed=0)
    assert sorted(np.concatenate([*parts.values()]).tolist()) == list(range(len(labels)))
    for label, size in enumerate(sizes):
        counts = {part: int((labels[index] == label).sum()) for part, index in parts.items()}
        assert counts["train"] >= 2
        assert abs(counts["test"] - 0.2 * size) <= 1
        assert abs(counts["validation"] - 0.08 * size) <= 1.1


def test_a_class_keeps_its_split_when_another_grows() -> None:
    few = split(np.array([0] * 50 + [1] * 20), {}, validation=0.1, test=0.2, seed=4)
    many = split(np.array([0] * 50 + [1] * 90), {}, validation=0.1, test=0.2, seed=4)
    for part in PARTS:
        assert few[part][few[part] < 50].tolist() == many[part][many[part] < 50].tolist()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "No data is chosen. Set source to one of digits, mnist"),
        ({"source": "mnits"}, 'data: "mnits" is not a known source. Did you mean "mnist"?'),
        ({"source": 7}, 'data: "7" is not a known source. There are digits, mnist'),
        ({"source": ["mnist"]}, "is not a known source"),
        ({"source": "digits", "sise": 8}, 'data has no "sise". Did you mean "size"?'),
        ({"source": "digits", "mode": "gray"}, "data: mode is"),
        ({"source": "digits", "augmentation": {"flop": True}}, "flop"),
        ({"source": "digits", "augmentation": {"crop": -1}}, "the least is 0"),
        ({"source": "digits", "test": 0.9}, "data: test is 0.9; the most is 0.5."),
        ({"source": "digits", "seed": "x"}, "it must be a whole number"),
    ],
)
def test_what_is_wrong_about_data_is_said(data: dict[str, object], said: str) -> None:
    source, problems = parse_source(data)
    assert source is None
    assert problems[0].code in ("G-FIELD", "G-RANGE")
    assert said in problems[0].message


def test_an_unknown_source_can_be_mended() -> None:
    fix = parse_source({"source": "mnits"})[1][0].fix
    assert fix is not None
    assert fix.edits == ({"op": "set_data", "values": {"source": "mnist"}},)


def test_augmentation_is_part_of_the_settings() -> None:
    source = source_of(source="digits", augmentation={"flip": True, "crop": 1, "rotation": 5})
    assert source.augmentation == ImageAugmentation(flip=True, crop=1, rotation=5.0)


def test_size_and_mode_change_images_and_spec() -> None:
    source = Digits(size=20, mode="colour")
    assert str(source.spec().inputs[0].spec) == "3x20x20"
    assert source.load().only.shape[1:] == (20, 20, 3)


def test_reviews_by_language() -> None:
    both, english, chinese = (Reviews(language=name).load() for name in ("both", "english", "chinese"))
    assert sorted(both.only) == sorted([*english.only, *chinese.only])
    assert all(text.isascii() or not any("\u4e00" <= c <= "\u9fff" for c in text) for text in english.only)
    assert all(any("\u4e00" <= c <= "\u9fff" for c in text) for text in chinese.only)
    assert len(english.only) >= 300
    assert len(chinese.only) >= 300
    assert len(set(both.only)) == len(both.only)
    counts = np.bincount(both.labels)
    assert abs(counts[0] - counts[1]) <= 0.1 * len(both.labels)


def test_idx_files_need_not_be_packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path / "MNIST" / "raw", packed=False)
    monkeypatch.setenv("NETBUILDER_DATASETS", str(tmp_path))
    assert len(Mnist().load().labels) == 120


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0\x08",
        b"\0\0\x08\x01\0\0\0\x05ab",
        b"\0\0\x09\x01\0\0\0\x01a",
        b"\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\0\0\x08\xff" + bytes(2000),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_damaged_idx_files_are_said(tmp_path: Path, content: bytes, packed: bool) -> None:
    path = tmp_path / ("a.gz" if packed else "a")
    path.write_bytes(gzip.compress(content)[: 15 if not content else None] if packed else content)
    with pytest.raises(Error, match=r"\[I-BAD\] .* is cut off or damaged. Delete it to download it again"):
        read_idx(path)


def test_a_batch_of_cifar_is_read_as_python_2_wrote_it(tmp_path: Path) -> None:
    path = tmp_path / "data_batch_1"
    path.write_bytes(python_2_batch(30))
    images, labels = read_batch(path, hashlib.md5(path.read_bytes()).hexdigest(), "labels")
    assert images.shape == (30, 32, 32, 3)
    assert labels.tolist() == [n % 10 for n in range(30)]
    assert images[0, 0, :3, 0].tolist() == [0, 1, 2]
    assert images[0, 0, 0].tolist() == [0, 1024 % 251, 2048 % 251]


def test_a_changed_batch_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "data_batch_1"
    path.write_bytes(python_2_batch(30))
    with pytest.raises(Error, match=r'\[I-BAD\] "data_batch_1" is cut off, damaged or changed'):
        read_batch(path, Cifar10.batches["data_batch_1"], "labels")


@pytest.mark.parametrize("call", [b"cos\nsystem\n", b"cbuiltins\neval\n", b"cnumpy\nload\n", b"cnumpy\nsave\n"])
def test_a_batch_that_would_run_code_is_refused(tmp_path: Path, call: bytes) -> None:
    canary = tmp_path / "canary"
    command = f"touch {canary}".encode()
    extra = b"T\x01\0\0\0x" + call + b"(T" + struct.pack("<i", len(command)) + command + b"tRs"
    path = tmp_path / "data_batch_1"
    path.write_bytes(python_2_batch(30, extra))
    with pytest.raises(Error, match=r"\[I-BAD\] .* is cut off, damaged or changed"):
        read_batch(path, hashlib.md5(path.read_bytes()).hexdigest(), "labels")
    assert not canary.exists()


def shown(samples: Samples) -> list[int]:
    return [len(samples.parts[part]) for part in PARTS]


@pytest.mark.parametrize(("name", "ink"), [("mnist", 0.1307), ("fashion-mnist", 0.2860)])
def test_real_idx_sets(datasets: Path, name: str, ink: float) -> None:
    samples = source_of(source=name).load()
    assert sum(shown(samples)) == 70_000
    assert shown(samples)[2] == 10_000
    training = np.concatenate([samples.of("train")["image"], samples.of("validation")["image"]])
    assert abs(training.mean() / 255 - ink) < 1e-4  # the figure that everyone uses


def test_cifar10_says_what_it_is_before_it_is_downloaded() -> None:
    assert str(Cifar10().spec().inputs[0].spec) == "3x32x32"


def test_house_numbers_are_read_as_their_authors_wrote_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_mats(tmp_path / "SVHN", monkeypatch)
    path = tmp_path / "SVHN" / "test_32x32.mat"
    images, labels = svhn.read_mat(path, svhn.FILES[path.name])
    assert images.shape == (60, 32, 32, 3)
    assert images[0, 0, 0].tolist() == [0, 1, 2]
    assert labels[:12].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2]
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(Error, match=r'\[I-BAD\] "test_32x32.mat" is cut off, damaged or changed'):
        svhn.read_mat(path, svhn.FILES[path.name])


@pytest.mark.parametrize("content", [b"", b"MATLAB 5.0", bytes(200)])
def test_a_file_that_is_no_matlab_file_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "train_32x32.mat"
    path.write_bytes(content)
    with pytest.raises(Error, match=r"\[I-BAD\]"):
        svhn.read_mat(path, hashlib.md5(content).hexdigest())

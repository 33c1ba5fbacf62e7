"""Preparation: fitted on the training part, the same numbers everywhere; rows T07 and T08."""

import inspect
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps
from tokenizers import Tokenizer

from builder.core.errors import Error, Problem
from builder.data import images
from builder.data.fields import DataSpec
from builder.data.fitting import fit, from_json, to_json
from builder.data.preparations import text, vector
from builder.data.preparations.image import ImagePreparation
from builder.data.preparations.text import TextPreparation, vocabulary
from builder.data.preparations.vector import VectorPreparation
from builder.data.sources import SOURCES, Samples
from builder.data.sources.digits import Digits
from builder.data.sources.reviews import Reviews
from builder.data.sources.xor import Xor
from tests.data.sets import source_of, zip_of

TEXTS = ["The film was good.", "The film was bad!", "房间很大,早餐不错", "Ｔｈｅ ＦＩＬＭ café"]


def text_preparation(tokens: str = "words", max_length: int = 8) -> TextPreparation:
    return TextPreparation(tokenizer=vocabulary(TEXTS, tokens, 100), tokens=tokens, max_length=max_length)


@pytest.fixture(scope="module")
def digits() -> Samples:
    return Digits().load()


@pytest.mark.parametrize("name", ["digits", "reviews"])
def test_only_the_training_part_is_looked_at(name: str) -> None:
    source = SOURCES[name]()
    samples = source.load()
    if isinstance(samples.only, list):
        changed = list(samples.only)
        for part in ("validation", "test"):
            for at in samples.parts[part]:
                changed[at] = "zebra zebra zebra"
    else:
        changed = samples.only.copy()
        for part in ("validation", "test"):
            changed[samples.parts[part]] = 255
    assert fit(source, replace(samples, inputs={samples.spec.inputs[0].name: changed})) == fit(source, samples)


def test_training_images_are_standardised(digits: Samples) -> None:
    fitted = fit(Digits(), digits)
    x = fitted.apply(digits.of("train"))["image"]
    assert x.shape == (len(digits.parts["train"]), 1, 8, 8)
    assert x.dtype == np.float32
    assert abs(x.mean()) < 1e-4
    assert abs(x.std() - 1) < 1e-4


def test_a_channel_that_never_varies_is_only_centred() -> None:
    spec = Digits(size=2, mode="colour").spec()
    images = np.full((4, 2, 2, 3), 51, np.uint8)
    samples = Samples.single(spec, images, np.array([0, 0, 1, 1]), {"train": np.arange(4)})
    fitted = fit(Digits(), samples).only
    assert isinstance(fitted, ImagePreparation)
    assert fitted.std == (1.0, 1.0, 1.0)
    assert np.allclose(fitted.apply(samples.only), 0, atol=1e-6)


@pytest.mark.parametrize("source", [Digits(), Digits(mode="colour", size=12), Reviews(), Xor()])
def test_saved_and_read_again_it_is_the_same(source: Digits | Reviews | Xor) -> None:
    samples = source.load()
    fitted = fit(source, samples)
    again = from_json(to_json(fitted))
    assert again == fitted
    assert next(iter(json.loads(to_json(fitted))["fields"].values()))["kind"] == source.kind
    [x], [y] = (one.apply(samples.of("test")).values() for one in (again, fitted))
    assert np.array_equal(x, y)


@pytest.mark.parametrize("content", [b"", b"{", b'{"fields": {"a": {"kind": "sound"}}}', b'{"fields": 3}', b"\xff"])
def test_a_damaged_preparation_is_said(content: bytes) -> None:
    with pytest.raises(Error, match=r"\[M-DAMAGED\] What this run keeps of its data is damaged"):
        from_json(content)


def test_an_image_file_becomes_what_the_network_was_trained_on(digits: Samples) -> None:
    fitted = fit(Digits(), digits).only
    image = digits.only[0]
    file = io.BytesIO()
    Image.fromarray(image.squeeze()).save(file, "PNG")
    raw = fitted.read(file.getvalue(), "digit.png")
    assert np.array_equal(fitted.view(raw), image)
    assert np.array_equal(fitted.apply([raw]), fitted.apply(digits.only[:1]))


def test_notices_of_an_image_reach_who_reads_it(digits: Samples) -> None:
    frames = [Image.new("L", (9, 9), level) for level in (1, 2, 3)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    heard: list[Problem] = []
    fit(Digits(), digits).only.read(file.getvalue(), "a.gif", heard.append)
    assert ["Using the first of 3 frames." in notice.message for notice in heard] == [True]


def test_words() -> None:
    prepared = text_preparation()
    assert prepared.view("The FILM, ｗａｓ unknownish 房间") == ["the", "film", ",", "was", "[UNK]", "房", "间"]
    ids = prepared.apply(["the film", "", "the film was good . the film was bad !"])
    assert ids.shape == (3, 8)
    assert ids.dtype == np.int64
    assert ids[0, :6].tolist() == [0] * 6
    assert 0 not in ids[0, 6:]
    assert not ids[1].any()
    assert prepared.view("the film was good . the film was bad !")[-1] == "was"


def test_characters() -> None:
    prepared = text_preparation("characters", 20)
    assert prepared.view("The  房间！") == ["t", "h", "e", " ", "房", "间", "!"]


def test_the_vocabulary_is_limited_and_the_same_each_time() -> None:
    source = Reviews(vocabulary_size=50)
    samples = source.load()
    fitted = [fit(source, samples) for _again in range(2)]
    assert to_json(fitted[0]) == to_json(fitted[1])
    ids = fitted[0].apply(samples.of("train"))["text"]
    assert 1 in ids
    assert ids.max() == 49


def test_words_seen_once_teach_what_an_unknown_word_is() -> None:
    source = Reviews()
    samples = source.load()
    assert (fit(source, samples).apply(samples.of("train"))["text"] == 1).any()


ODD = ["猫很好", "😀👩‍👩‍👧", "שלום عالم", "a\u200bb\u2060c\ufeff", "\0\x01", "e\u0301", "\U0010ffff", "", " \t\n "]


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("tokens", ["words", "characters", "bpe"])
def test_t07_odd_text_is_read(text: str, tokens: str) -> None:
    prepared = text_preparation(tokens)
    ids = prepared.apply([prepared.read_text(text)])
    assert ids.shape == (1, 8)
    assert np.count_nonzero(ids) == len(prepared.view(text))


@pytest.mark.parametrize("text", ["\ud800", "good \udfff film"])
def test_t07_half_a_pair_is_said(text: str) -> None:
    with pytest.raises(Error, match=r"\[T-TEXT\] Character \d+ is half of a pair"):
        text_preparation().read_text(text)


@given(st.text(alphabet=st.characters(codec=None)))
def test_t07_any_text_gives_numbers_or_a_sentence(text: str) -> None:
    prepared = text_preparation()
    if any("\ud800" <= character <= "\udfff" for character in text):
        with pytest.raises(Error, match=r"\[T-TEXT\] Character"):
            prepared.read_text(text)
    else:
        assert prepared.apply([prepared.read_text(text)]).shape == (1, 8)


@pytest.mark.parametrize("text", ["good film " * 1_000_000, "x" * 10_000_000, " " * 10_000_000, "房" * 3_000_000])
def test_t08_ten_megabytes_are_cut_and_said(text: str) -> None:
    prepared = text_preparation(max_length=512)
    heard: list[Problem] = []
    ids = prepared.apply([prepared.read_text(text, heard.append)])
    assert [notice.message for notice in heard] == ["Only the first 512 tokens were used."]
    assert ids.shape == (1, 512)


def given_preparation(by: str = "words", max_length: int = 6, **sides: str) -> TextPreparation:
    texts = [("Ann", "lives", "in", "Rome", ".")]
    tokenizer = vocabulary(texts, "given", 100)
    return TextPreparation(tokenizer=tokenizer, tokens="given", max_length=max_length, by=by, **sides)


@pytest.mark.parametrize("by", ["words", "characters"])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("text", ["good film " * 1_000_000, "x" * 10_000_000, "房" * 3_000_000, "a-" * 5_000_000])
def test_t08_ten_megabytes_are_divided_in_part(text: str, by: str, side: str) -> None:
    prepared = given_preparation(by, 512, truncation_side=side)
    heard: list[Problem] = []
    raw = prepared.read_text(text, heard.append)
    assert prepared.apply([raw]).shape == (1, 512)
    which = "first" if side == "right" else "last"
    assert [notice.message for notice in heard] == [f"Only the {which} 512 tokens were used."]
    assert all(text[start:end] == token for token, (start, end) in zip(raw, raw.places, strict=True))


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("by", ["words", "characters"])
def test_t07_odd_text_is_divided(text: str, by: str) -> None:
    prepared = given_preparation(by)
    raw = prepared.read_text(text)
    assert np.count_nonzero(prepared.apply([raw])) == len(prepared.view(raw)) == len(raw)


def test_t07_half_a_pair_is_said_before_a_text_is_divided() -> None:
    with pytest.raises(Error, match=r"\[T-TEXT\] Character 3 is half of a pair"):
        given_preparation().read_text("ok\ud800")


def test_typed_text_is_divided_as_the_data_was() -> None:
    raw = given_preparation().read_text("Ann didn't e-mail @bob: go to https://a.b/c?d in 北京!")
    assert list(raw) == ["Ann", "didn't", "e-mail", "@bob", ":", "go"]
    assert list(given_preparation("characters").read_text("在 北京!")) == ["在", "北", "京", "!"]
    assert given_preparation().pieces(("Ann", "lives")).text == "Ann lives"
    small, large = given_preparation().apply([("ann", "Ann")])[0, -2:].tolist()
    assert small == 1 < large  # case tells names apart


@pytest.mark.parametrize("tokens", ["words", "characters", "bpe"])
@pytest.mark.parametrize("padding", ["left", "right"])
@pytest.mark.parametrize("truncation", ["left", "right"])
def test_sides_of_padding_and_of_what_is_cut(tokens: str, padding: str, truncation: str) -> None:
    sides = {"padding_side": padding, "truncation_side": truncation}
    short, whole = (
        TextPreparation(tokenizer=vocabulary(TEXTS, tokens, 100), tokens=tokens, max_length=n, **sides) for n in (2, 40)
    )
    [ids] = whole.apply([TEXTS[0]])
    real = ids[ids > 0]
    assert len(real) == len(whole.view(TEXTS[0]))
    assert (ids[-len(real) :] if padding == "left" else ids[: len(real)]).tolist() == real.tolist()
    kept = real[:2] if truncation == "right" else real[-2:]
    assert short.apply([TEXTS[0]]).tolist() == [kept.tolist()]
    assert short.view(TEXTS[0]) == (whole.view(TEXTS[0])[:2] if truncation == "right" else whole.view(TEXTS[0])[-2:])


@pytest.mark.parametrize("size", [3, 10, 60, 400])
def test_pieces_of_words_keep_to_the_size_of_the_vocabulary(size: int) -> None:
    source = Reviews(tokens="bpe", vocabulary_size=size)
    samples = source.load()
    fitted = fit(source, samples)
    ids = fitted.apply(samples.of("train"))["text"]
    assert ids.max() < size
    if size == 400:
        assert (ids == 1).mean() < (
            fit(Reviews(vocabulary_size=400), samples).apply(samples.of("train"))["text"] == 1
        ).mean()


def test_t08_nothing_is_said_of_a_text_that_fits() -> None:
    heard: list[Problem] = []
    text_preparation(max_length=4).read_text("the film was good", heard.append)
    assert heard == []


def test_a_text_file_is_read_as_typed_text_is() -> None:
    prepared = text_preparation()
    assert prepared.read("房间很大".encode(), "a.txt") == "房间很大"
    with pytest.raises(Error, match=r"\[T-ENC\] Not UTF-8. It looks like GBK"):
        prepared.read("房间很大，早餐不错".encode("gbk"), "a.txt")


def test_typed_numbers() -> None:
    fitted = fit(Xor(), Xor().load()).only
    assert isinstance(fitted, VectorPreparation)
    assert fitted.apply([fitted.read_text("0 1"), fitted.read_text("1,0")]).tolist() == [[-1.0, 1.0], [1.0, -1.0]]
    assert fitted.view(fitted.read_text("0, 1")) == [0.0, 1.0]
    for wrong in ("0", "0 1 2", "a b", "nan 1", "1e999 0", ""):
        with pytest.raises(Error, match=r"\[T-TEXT\] .* is not 2 numbers"):
            fitted.read_text(wrong)


def test_text_for_a_network_of_images_is_refused(digits: Samples) -> None:
    with pytest.raises(Error, match=r"\[T-TEXT\] This network reads images, not text"):
        fit(Digits(), digits).only.read_text("seven")


def test_the_arithmetic_stands_alone_for_exported_projects(digits: Samples) -> None:
    sources = [images.flattened, images.image_array, images.images_to_float]
    sources += [text.side_by_side, text.token_ids, vector.standardised]
    alone: dict[str, object] = {"np": np, "Image": Image, "ImageOps": ImageOps, "Tokenizer": Tokenizer}
    alone |= {"NDArray": NDArray, "Sequence": list}
    exec("\n".join(inspect.getsource(function) for function in sources), alone)
    fitted = fit(Digits(), digits).only
    assert isinstance(fitted, ImagePreparation)
    seen = alone["image_array"](alone["flattened"](Image.fromarray(digits.only[5].squeeze())), (8, 8), 1)
    assert np.array_equal(alone["images_to_float"](seen[None], fitted.mean, fitted.std), fitted.apply(digits.only[5:6]))
    prepared = text_preparation()
    assert np.array_equal(alone["token_ids"](Tokenizer.from_str(prepared.tokenizer), TEXTS, 8), prepared.apply(TEXTS))


def test_what_an_earlier_version_kept_is_told_apart_from_damage() -> None:
    with pytest.raises(Error, match=r"\[M-OLD\] An earlier version made this run, and this one cannot use it"):
        from_json(b'{"kind": "image", "size": [8, 8], "mode": "grey", "mean": [0.3], "std": [0.4]}')
    with pytest.raises(Error, match=r"\[M-OLD\] An earlier version made this run"):
        DataSpec.from_json(b'{"inputs": [], "target": {"name": "label", "classes": ["a", "b"]}}')
    with pytest.raises(Error, match=r"\[M-DAMAGED\]"):
        DataSpec.from_json(b"[1, 2")


@pytest.mark.parametrize(
    ("settings", "mean", "std"),
    [
        ({"normalise": "unit"}, (0.0,) * 3, (1.0,) * 3),
        ({"normalise": "given", "mean": (0.5,), "std": (0.25,)}, (0.5,) * 3, (0.25,) * 3),
        ({"normalise": "given", "mean": (0.1, 0.2, 0.3), "std": (1.0, 1.0, 0.5)}, (0.1, 0.2, 0.3), (1.0, 1.0, 0.5)),
        ({"normalise": "imagenet"}, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ],
)
def test_images_are_normalised_as_they_are_told_to(
    settings: dict[str, Any], mean: tuple[float, ...], std: tuple[float, ...]
) -> None:
    source = Digits(mode="colour", **settings)
    samples = source.load()
    fitted = fit(source, samples).only
    assert isinstance(fitted, ImagePreparation)
    assert (fitted.mean, fitted.std) == (mean, std)
    x = fitted.apply(samples.only[:5])
    for channel in range(3):
        right = (samples.only[:5, ..., channel] / 255 - mean[channel]) / std[channel]
        assert np.allclose(x[:, channel], right, atol=1e-6)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mean": (0.5,)}, r"\[G-RANGE\] data: normalise is given, so std needs 1 number or 3; it has 0"),
        (
            {"std": (0.5,), "mean": (0.1, 0.2)},
            r"\[G-RANGE\] data: normalise is given, so mean needs 1 number or 3; it h",
        ),
        ({"mean": (0.5,), "std": (0.0,)}, r"\[G-RANGE\] data: std is 0; the least is 0.001"),
    ],
)
def test_given_means_must_be_there(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(Error, match=said):
        Digits(mode="colour", normalise="given", **settings).spec()


@pytest.mark.parametrize("way", ["stretch", "crop", "pad"])
def test_images_of_another_shape_fit_in_training_and_prediction_alike(tmp_path: Path, way: str) -> None:
    wide = Image.new("RGB", (40, 20), "red")
    wide.paste("blue", (10, 0, 30, 20))
    file = io.BytesIO()
    wide.save(file, "PNG")
    files = {f"{name}/{number}.png": file.getvalue() for name in ("a", "b") for number in range(5)}
    source = source_of(source="images", path=zip_of(tmp_path / "set.zip", files), size=20, fit=way)
    samples = source.load()
    fitted = fit(source, samples).only
    assert np.array_equal(fitted.read(file.getvalue(), "a.png"), samples.only[0])
    corner, middle = samples.only[0][1, 1].tolist(), samples.only[0][10, 10].tolist()
    assert middle == [0, 0, 255]
    assert corner == {"stretch": [255, 0, 0], "crop": [0, 0, 255], "pad": [0, 0, 0]}[way]

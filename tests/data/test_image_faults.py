"""Rows I01 to I11 and Z01 to Z04 as a person meets them: with an own set of images, and with an upload."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from builder.core.errors import Error, Problem
from builder.data.batches import prepare
from builder.data.preparations.image import ImagePreparation
from builder.data.sources.digits import Digits
from builder.data.sources.places import keep_upload, own_folder
from tests.data.sets import classes_of, picture, source_of, zip_of
from tests.data.test_images import png


def _image(width: int, height: int, **more: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(file, **{"format": "PNG", **more})  # type: ignore[arg-type]
    return file.getvalue()


def _moving() -> bytes:
    frames = [Image.new("L", (9, 9), level) for level in range(1, 4)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


LEFT_OUT = {
    "I01": (png(20_000, 20_000), r"[I-PIXELS] 400 megapixels; the most is 25."),
    "I03": (picture(3)[: len(picture(3)) // 2], "[I-BAD] This image could not be read: "),
    "I03, empty": (b"", "[I-BAD] This image could not be read: "),
    "I07": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "[I-TYPE] This is not a PNG, JPEG, WebP, BMP or GIF image: "),
    "I10": (_image(1, 6_000), "[I-SHAPE] "),
    "I11": (b"%PDF-1.7", "[I-TYPE] This is not a PNG, JPEG, WebP, BMP or GIF image: "),
}
USED = {
    "I04": (_image(8, 8), ""),
    "I06": (_moving(), "Using the first of 3 frames."),
    "I08": (_image(8, 8) + b"PK\x03\x04<script>", ""),
}


@pytest.mark.parametrize("row", LEFT_OUT)
def test_a_bad_image_of_a_set_is_left_out_with_its_sentence_and_all_else_kept(tmp_path: Path, row: str) -> None:
    content, sentence = LEFT_OUT[row]
    files = classes_of("cat", "dog") | {"cat/odd.png": content}
    samples = source_of(source="images", path=zip_of(tmp_path / "set.zip", files)).load()
    assert len(samples) == 12
    (said,) = samples.notices
    assert str(said).startswith(sentence)
    assert said.message.endswith("It was left out.")
    assert len(said.message) <= 300


@pytest.mark.parametrize("row", USED)
def test_an_odd_image_of_a_set_is_used(tmp_path: Path, row: str) -> None:
    content, sentence = USED[row]
    files = classes_of("cat", "dog") | {"cat/odd.png": content}
    samples = source_of(source="images", path=zip_of(tmp_path / "set.zip", files)).load()
    assert len(samples) == 13
    assert [notice.message.partition(": ")[2] for notice in samples.notices] == ([sentence] if sentence else [])
    kept = next((own_folder() / "cache").glob("*.rows")).read_bytes()
    assert b"PK\x03\x04" not in kept  # I08: what hides behind an image is nowhere kept


@pytest.mark.parametrize("row", LEFT_OUT)
def test_a_bad_image_to_be_predicted_is_said(row: str) -> None:
    content, sentence = LEFT_OUT[row]
    fitted = prepare(Digits(limit=20)).preparation.only
    assert isinstance(fitted, ImagePreparation)
    with pytest.raises(Error) as caught:
        fitted.read(content, "photo.png")
    assert str(caught.value).startswith(sentence)


def test_i09_a_photograph_stands_upright_in_training_and_prediction_alike(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    lying = Image.new("RGB", (20, 10), "blue")
    lying.paste("red", (0, 0, 10, 10))
    file = io.BytesIO()
    lying.save(file, "PNG", exif=exif)
    files = classes_of("cat", "dog") | {"cat/aside.png": file.getvalue()}
    source = source_of(source="images", path=zip_of(tmp_path / "set.zip", files), size=12)
    prepared = prepare(source)
    at = list(prepared.samples.names).index("cat/aside.png")
    fitted = prepared.preparation.only
    assert isinstance(fitted, ImagePreparation)
    assert np.array_equal(prepared.samples.only[at], fitted.read(file.getvalue(), "aside.png"))
    assert prepared.samples.only[at][1, 6].tolist() == [255, 0, 0]  # red is above


def zipped(name: str, content: bytes = b"x", link: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        if link:
            info.external_attr = 0o120777 << 16
        archive.writestr(info, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("set.zip", zipped("../../evil.png"), r"\[Z-PATH\] The archive holds an unsafe name: \"../../evil.png\"."),
        ("set.zip", zipped("a/b.png", b"/etc/passwd", link=True), r"\[Z-PATH\] The archive holds a link: \"a/b.png\"."),
        ("set.zip", zipped("bomb.png", bytes(5_000_000)), r"\[Z-SIZE\] \"bomb.png\" unpacks to more than 200 times"),
        (
            "set.zip",
            b"7z\xbc\xaf\x27\x1c" + bytes(99),
            r"\[Z-TYPE\] \"set.zip\" is another kind of archive",
        ),
        ("set.zip", b"<html>", r"\[T-TYPE\] \"set.zip\" is neither a zip nor a table"),
        ("table.csv", zipped("../x.csv"), r"\[Z-PATH\]"),  # I11: the content decides, whatever it is called
    ],
    ids=["Z01", "Z01, link", "Z02", "Z04", "I11", "I11, table"],
)
def test_an_upload_that_cannot_be_is_refused_and_not_kept(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Error, match=sentence) as caught:
        keep_upload(name, content)
    assert all(isinstance(problem, Problem) and len(problem.message) <= 300 for problem in caught.value.problems)
    assert list(own_folder().iterdir()) == []


def test_z03_names_that_differ_in_case_alone_are_classes_of_their_own(tmp_path: Path) -> None:
    files = classes_of("cat", "CAT", "con.txt", "n" * 200)
    samples = source_of(source="images", path=zip_of(tmp_path / "set.zip", files)).load()
    assert samples.classes == ("CAT", "cat", "con.txt", "n" * 200)
    assert len(samples) == 24

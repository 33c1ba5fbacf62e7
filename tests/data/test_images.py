"""Rows I01 to I10: hostile, damaged and unusual images."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from builder.core.errors import Error
from builder.data.images import decode, header, image_array, images_resized, images_to_float
from tests.data.limited import run_limited


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, depth: int = 1, colour: int = 0, body: bytes = b"", *before: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(before) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def noisy(mode: str = "RGB", size: tuple[int, int] = (40, 30)) -> Image.Image:
    channels = {"RGB": 3, "L": 1}[mode]
    values = np.random.default_rng(0).integers(0, 256, (size[1], size[0], channels), np.uint8)
    return Image.fromarray(values.squeeze())


DECODE = """
import sys
from pathlib import Path
from builder.core.errors import Error
from builder.data.images import decode
try:
    decode(Path(sys.argv[1]).read_bytes(), "bomb.png")
    print("decoded")
except Error as error:
    print(error)
"""


def vp8x(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + size
    body += b"ANIM" + struct.pack("<I", 6) + bytes(6)
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("content", "megapixels"),
    [
        (png(20_000, 20_000, body=bytes(20_000 * 2501)), 400),
        (png(12_000, 12_000), 144),
        (png(5_001, 5_000), 26),
        (vp8x(16_383, 16_383), 269),
        (b"BM" + struct.pack("<IHHIIiiHHIIIIII", 100, 0, 0, 54, 40, 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0), 900),
        (b"GIF89a" + struct.pack("<HHBBB", 60_000, 60_000, 0, 0, 0) + b"," + bytes(9) + b"\x02\x00;", 3_600),
    ],
    ids=["400", "144", "26", "webp", "bmp", "gif"],
)
def test_i01_too_many_pixels_are_refused_within_little_memory(content: bytes, megapixels: int, tmp_path: Path) -> None:
    said = run_limited(DECODE, 500, content, tmp_path)
    assert said.startswith(f"[I-PIXELS] {megapixels:,} megapixels; the most is 25."), said


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_i02_a_text_bomb_is_refused_or_skipped(kind: bytes, tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(300_000_000), 9)
    lead = b"k\0" + (b"\x01\0\0\0" if kind == b"iTXt" else b"\0")
    content = png(1, 1, 8, 0, b"\0\0", chunk(kind, lead + bomb))
    said = run_limited(DECODE, 500, content, tmp_path)
    assert said.startswith(("[I-BAD] This image could not be read", "decoded")), said
    if kind == b"zTXt":
        assert "[I-BAD]" in said


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_i03_a_cut_image_is_refused(kind: str) -> None:
    whole = encoded(noisy(), kind)
    assert decode(whole, "cat.jpg").image.size == (40, 30)
    for share in range(0, 95, 5):
        with pytest.raises(Error, match=r'\[I-BAD\] .*"cat.jpg" is cut off or damaged'):
            decode(whole[: len(whole) * share // 100], "cat.jpg")


def test_i04_transparent_pixels_show_white_and_hide_their_colour() -> None:
    image = Image.new("RGBA", (2, 1), (255, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 255, 128))
    assert list(decode(encoded(image), "a").image.get_flattened_data()) == [(255, 255, 255), (127, 127, 255)]


def test_i04_other_modes_are_converted() -> None:
    grey_alpha = Image.new("LA", (1, 1), (10, 0))
    assert decode(encoded(grey_alpha), "a").image.getpixel((0, 0)) == 255
    palette = Image.new("P", (1, 1), 3)
    palette.putpalette([0, 0, 0, 1, 1, 1, 2, 2, 2, 9, 8, 7])
    assert decode(encoded(palette), "a").image.getpixel((0, 0)) == (9, 8, 7)
    assert decode(encoded(palette, transparency=3), "a").image.getpixel((0, 0)) == (255, 255, 255)
    assert decode(encoded(Image.new("1", (1, 1), 1)), "a").image.getpixel((0, 0)) == 255
    ink = decode(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), "a").image
    assert ink.mode == "RGB"
    assert np.allclose(ink.getpixel((4, 4)), (255, 0, 0), atol=3)


def test_i05_16_bits_are_scaled_not_clipped() -> None:
    values = np.array([[0, 257, 30_000, 60_000, 65_535]], np.uint16)
    image = decode(encoded(Image.fromarray(values)), "a").image
    assert list(image.get_flattened_data()) == [0, 1, 117, 233, 255]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_i06_the_first_frame_is_used_and_said(kind: str) -> None:
    frames = [Image.new("L", (20, 20), level) for level in range(200, 100, -10)]
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
    decoded = decode(content, "moves")
    assert [str(notice) for notice in decoded.notices] == ['[I-FRAMES] "moves": Using the first of 10 frames.']
    assert np.asarray(decoded.image.convert("L"))[0, 0] == 200
    assert decode(encoded(frames[0], kind), "still").notices == ()


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"<html><img src=x onerror=alert(1)></html>",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"SIMPLE  =                    T" + b" " * 50,
        b"II*\0\x08\0\0\0",
        b"just some words",
    ],
    ids=["svg", "html", "pdf", "eps", "fits", "tiff", "text"],
)
def test_i07_what_is_no_image_of_ours_is_refused_whatever_its_name(content: bytes) -> None:
    with pytest.raises(Error, match=r"\[I-TYPE\] This is not a PNG, JPEG, WebP, BMP or GIF image"):
        decode(content, "cat.png")


def test_i08_what_hides_behind_an_image_is_left_behind() -> None:
    polyglot = encoded(noisy(), "JPEG") + b"PK\x03\x04" + b"evil" * 100
    image = decode(polyglot, "a.jpg").image
    again = encoded(image)
    assert b"PK\x03\x04" not in again
    assert b"evil" not in again


def test_i09_orientation_is_applied_and_exif_is_gone() -> None:
    image = Image.new("RGB", (2, 1), "black")
    image.putpixel((0, 0), (255, 255, 255))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees clockwise when shown
    exif[0x010E] = "secret place"
    upright = decode(encoded(image, exif=exif), "a").image
    assert upright.size == (1, 2)
    assert [upright.getpixel((0, y)) for y in (0, 1)] == [(255, 255, 255), (0, 0, 0)]
    assert b"secret" not in encoded(upright)


def test_i10_odd_shapes() -> None:
    assert image_array(decode(encoded(Image.new("L", (1, 1), 7)), "a").image, (4, 4), 1).tolist() == [[[7]] * 4] * 4
    with pytest.raises(Error, match=r'\[I-SHAPE\] "thin" is 1 x 60,000 pixels; one side may be at most 100 times'):
        decode(encoded(Image.new("L", (1, 60_000))), "thin")
    for width, height in ((0, 5), (5, 0), (0, 0)):
        with pytest.raises(Error, match=r"\[I-(SHAPE|BAD)\]"):
            decode(png(width, height), "nothing")


def test_a_huge_file_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(Error, match=r'\[L-SIZE\] "a" has 50.0 MB; the most is 50.0 MB'):
        decode(bytes(50_000_001), "a")


def test_metadata_of_ordinary_size_is_no_obstacle() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "made by hand" * 100, zip=True)
    assert decode(encoded(noisy(), pnginfo=info), "a").image.size == (40, 30)


def test_header_tells_size_and_colour() -> None:
    assert header(encoded(noisy("RGB")), "a") == (30, 40, 3)
    assert header(encoded(noisy("L")), "a") == (30, 40, 1)


def test_array_and_float_arithmetic() -> None:
    colour = image_array(Image.new("RGB", (4, 4), (255, 0, 51)), (2, 3), 3)
    assert colour.shape == (2, 3, 3)
    x = images_to_float(colour[None], (0.5, 0.0, 0.2), (0.5, 1.0, 0.1))
    assert x.shape == (1, 3, 2, 3)
    assert x.dtype == np.float32
    assert np.allclose(x[0, :, 0, 0], [1.0, 0.0, 0.0], atol=1e-6)


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (1, 1), (3, 3)])
@pytest.mark.parametrize("size", [(6, 5), (9, 7)])
def test_many_images_are_resized_as_one_is(before: int, after: int, size: tuple[int, int]) -> None:
    images = np.random.default_rng(1).integers(0, 256, (4, 6, 5, before), np.uint8)
    many = images_resized(images, size, after)
    one = [image_array(Image.fromarray(image.squeeze()), size, after) for image in images]
    assert np.array_equal(many, np.stack(one))

"""Images from strangers, decoded within limits, and turned into the numbers that a network sees.

`flattened`, `image_array` and `images_to_float` need PIL and numpy alone: exported projects carry their source.
"""

import io
import re
import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from builder.core.errors import Error, Problem
from builder.core.text import _, quote, size

MOST_PIXELS = 25_000_000
MOST_BYTES = 50_000_000
MOST_RATIO = 100  # of the longer side to the shorter
COUNTED_BYTES = 2_000_000  # a GIF's frames are counted by walking through it, so only in files up to this size
Fit = Literal["stretch", "crop", "pad"]
Normal = Literal["own", "imagenet", "unit", "given"]
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
EXTENSIONS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif")


@dataclass(frozen=True)
class Decoded:
    """An upright image in mode L or RGB, and what should be said about it."""

    image: Image.Image
    notices: tuple[Problem, ...] = ()


def decode(content: bytes, name: str) -> Decoded:
    """Decode an untrusted image: limits are checked on its header, before any pixel is unpacked.

    Params: name, shown in sentences, never used as a path.
    Raises: Error I-TYPE, I-PIXELS, I-SHAPE, I-BAD, L-SIZE.
    """
    if len(content) > MOST_BYTES:
        text = _("{name} has {size}; the most is {most}. Make the image smaller.")
        raise Error("L-SIZE", text.format(name=quote(name), size=size(len(content)), most=size(MOST_BYTES)))
    image = _open(content, name)
    notices = _frames(image, len(content), name)
    try:
        return Decoded(flattened(image), notices)
    except Exception as error:  # whatever a decoder raises on a stranger's bytes, the bytes are at fault
        raise _damaged(name) from error


def header(content: bytes, name: str) -> tuple[int, int, int]:
    """Height, width and channels of an untrusted image, from its header. Raises as `decode` does."""
    image = _open(content, name)
    return image.height, image.width, 1 if is_grey(image) else 3


def _open(content: bytes, name: str) -> Image.Image:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        _require_pixels(_webp_pixels(content))  # Pillow makes room for a whole WebP canvas on opening
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError:
        raise (_damaged(name) if _begins_like_image(content) else _wrong_type(name)) from None
    except Image.DecompressionBombError as error:
        found = re.search(r"\((\d+) pixels\)", str(error))
        raise _too_many_pixels(int(found[1]) if found else 2 * MOST_PIXELS) from None
    except Exception as error:
        raise _damaged(name) from error
    _require_pixels(image.width * image.height)
    short, long = sorted(image.size)
    if short < 1 or long > MOST_RATIO * short:
        text = _("{name} is {width:,} x {height:,} pixels; one side may be at most {most} times the other. Crop it.")
        shown = text.format(name=quote(name), width=image.width, height=image.height, most=MOST_RATIO)
        raise Error("I-SHAPE", shown)
    return image


def _begins_like_image(content: bytes) -> bool:
    starts = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"GIF87a", b"GIF89a", b"RIFF")
    return not content or content.startswith(starts)


def _webp_pixels(content: bytes) -> int:
    """Pixels of a WebP canvas. Source: RFC 9649, sections 2.5 to 2.7."""
    kind, body = content[12:16], content[20:30].ljust(10, b"\0")
    if kind == b"VP8X":
        return (int.from_bytes(body[4:7], "little") + 1) * (int.from_bytes(body[7:10], "little") + 1)
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return ((bits & 0x3FFF) + 1) * ((bits >> 14 & 0x3FFF) + 1)
    width, height = struct.unpack("<HH", body[6:10])
    return int((width & 0x3FFF) * (height & 0x3FFF))


def _require_pixels(pixels: int) -> None:
    if pixels > MOST_PIXELS:
        raise _too_many_pixels(pixels)


def _too_many_pixels(pixels: int) -> Error:
    text = _("{n:,.0f} megapixels; the most is {most:,.0f}. Make the image smaller.")
    return Error("I-PIXELS", text.format(n=np.ceil(pixels / 1e6), most=MOST_PIXELS / 1e6))


def _damaged(name: str) -> Error:
    text = _("This image could not be read: {name} is cut off or damaged. Save it again or leave it out.")
    return Error("I-BAD", text.format(name=quote(name)))


def _wrong_type(name: str) -> Error:
    text = _("This is not a PNG, JPEG, WebP, BMP or GIF image: {name}. Save it as one of these.")
    return Error("I-TYPE", text.format(name=quote(name)))


def _frames(image: Image.Image, length: int, name: str) -> tuple[Problem, ...]:
    """A notice when an image moves."""
    if image.format not in ("GIF", "PNG", "WEBP"):
        return ()
    try:
        if not getattr(image, "is_animated", False):
            return ()
        countable = image.format != "GIF" or length <= COUNTED_BYTES
        frames = f"{getattr(image, 'n_frames', 2):,}" if countable else _("many")
        image.seek(0)
    except Exception as error:
        raise _damaged(name) from error
    text = _("{name}: Using the first of {n} frames.").format(name=quote(name), n=frames)
    return (Problem("I-FRAMES", text, severity="hint"),)


def is_grey(image: Image.Image) -> bool:
    """Whether an image has no colour by its mode."""
    return image.mode in ("1", "L", "LA", "La", "F") or image.mode.startswith("I")


def flattened(image: Image.Image) -> Image.Image:
    """An upright 8-bit image in mode L or RGB: what is transparent shows white, deeper pixels are scaled by range."""
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16 bits; convert("L") would clip at 255
        return Image.fromarray((np.asarray(image).clip(0, 65535) / 257).round().astype(np.uint8))
    if image.mode == "F":
        values = np.nan_to_num(np.asarray(image, dtype=np.float64))
        low, high = values.min(), values.max()
        return Image.fromarray(((values - low) * (255 / max(high - low, 1e-12))).round().astype(np.uint8))
    if image.mode in ("1", "L"):
        return image.convert("L")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image_on_white = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
        return image_on_white.convert("L" if image.mode in ("LA", "La") else "RGB")
    return image.convert("RGB")


def image_array(image: Image.Image, size: tuple[int, int], channels: int, fit: str = "stretch") -> NDArray[np.uint8]:
    """A flattened image as the network sees it: (H, W, C) uint8, brought to `size` (height, width).

    Params: fit, "stretch" both sides, "crop" the middle of what is too long, or "pad" what is too short with black.
    """
    image = image.convert("L" if channels == 1 else "RGB")
    if image.size != (size[1], size[0]):
        wide, way = (size[1], size[0]), Image.Resampling.BILINEAR  # averages when it shrinks
        if fit == "crop":
            image = ImageOps.fit(image, wide, way)
        elif fit == "pad":
            image = ImageOps.pad(image, wide, way)
        else:
            image = image.resize(wide, way)
    return np.asarray(image).reshape(size[0], size[1], channels)


def images_to_float(images: NDArray[np.uint8], mean: tuple[float, ...], std: tuple[float, ...]) -> NDArray[np.float32]:
    """Images (N, H, W, C) uint8 as a network's input (N, C, H, W) float32: (x / 255 - mean) / std for each channel."""
    x = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).astype(np.float32)
    x /= np.float32(255)
    x -= np.asarray(mean, np.float32).reshape(-1, 1, 1)
    x /= np.asarray(std, np.float32).reshape(-1, 1, 1)
    return x


def images_resized(
    images: NDArray[np.uint8], size: tuple[int, int], channels: int, fit: str = "stretch"
) -> NDArray[np.uint8]:
    """Many decoded images (N, H, W, C) as the network sees them."""
    if images.shape[1:] == (*size, channels):
        return images
    if images.shape[1:] == (*size, 1):
        return np.repeat(images, channels, axis=3)
    resized = np.empty((len(images), *size, channels), np.uint8)
    for target, image in zip(resized, images, strict=True):
        whole = Image.fromarray(image.squeeze(-1) if image.shape[-1] == 1 else image)
        target[:] = image_array(whole, size, channels, fit)
    return resized

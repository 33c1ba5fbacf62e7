"""Flowers of ten kinds, drawn by this file: photographs of a sort that need no licence and no network."""

from functools import lru_cache
from math import cos, pi, sin
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from builder.data.fields import DataSpec
from builder.data.sources.source import ImageSource, Progress, Samples, quiet

SIDE, DRAWN = 64, 128  # pixels of an image, and of the canvas on which it is drawn
EACH = 100  # of a kind

Colour = tuple[int, int, int]
Random = np.random.Generator
# by kind: petals at least and at most, their length and width as shares of the flower's radius, their tips from round
# to pointed, colours of which each flower has one, the centre's radius and colour
ROUND: dict[str, tuple[int, int, float, float, float, tuple[Colour, ...], float, Colour]] = {
    "daisy": (14, 20, 1.0, 0.16, 0.2, ((250, 250, 245), (245, 225, 235)), 0.26, (240, 190, 40)),
    "dandelion": (38, 50, 1.0, 0.05, 0.5, ((250, 215, 30), (245, 200, 20)), 0.1, (225, 165, 10)),
    "lily": (6, 6, 1.05, 0.3, 1.0, ((250, 240, 235), (240, 150, 180), (245, 140, 50)), 0.08, (150, 170, 60)),
    "pansy": (5, 5, 0.75, 0.62, 0.0, ((110, 60, 170), (80, 60, 150), (240, 200, 60)), 0.16, (50, 20, 70)),
    "poppy": (4, 5, 0.8, 0.75, 0.0, ((215, 40, 30), (235, 80, 40)), 0.2, (30, 25, 30)),
    "sunflower": (16, 24, 1.0, 0.17, 1.0, ((245, 190, 20), (235, 165, 15)), 0.46, (85, 50, 25)),
}
KINDS = tuple(sorted([*ROUND, "bluebell", "lavender", "rose", "tulip"]))


class Flowers(ImageSource):
    """1,000 drawn flowers of ten kinds, 64 x 64 colour pixels; the same on every machine."""

    title: ClassVar[str] = "Flowers"
    about: ClassVar[str] = "1,000 drawn flowers of ten kinds, 64 x 64 colour pixels. Here at once."
    generated: ClassVar[bool] = True

    source: Literal["flowers"] = "flowers"

    def spec(self) -> DataSpec:
        return self.spec_of((SIDE, SIDE, 3), KINDS)

    def load(self, progress: Progress = quiet) -> Samples:
        labels = np.arange(len(KINDS) * EACH) % len(KINDS)
        return self.samples(flowers(), labels, KINDS)


@lru_cache(maxsize=1)
def flowers() -> NDArray[np.uint8]:
    """One kind after another. Shape: (N, 64, 64, 3) uint8"""
    count = len(KINDS) * EACH
    return np.stack([flower(KINDS[at % len(KINDS)], np.random.default_rng([7, at])) for at in range(count)])


def flower(kind: str, random: Random) -> NDArray[np.uint8]:
    """A flower of a kind, in front of leaves or sky. Shape: (64, 64, 3) uint8"""
    image = _background(random)
    draw = ImageDraw.Draw(image)
    x, y = DRAWN * random.uniform(0.4, 0.6, 2)
    radius = DRAWN * random.uniform(0.24, 0.38)
    stem = _near((60, 120, 50), random)
    draw.line([(x, y), (x + random.uniform(-12, 12), DRAWN)], stem, width=4)
    if kind in ROUND:
        _round(draw, kind, (x, y), radius, random)
    else:
        {"bluebell": _bluebell, "lavender": _lavender, "rose": _rose, "tulip": _tulip}[kind](
            draw, (x, y), radius, random
        )
    blurred = image.filter(ImageFilter.GaussianBlur(random.uniform(0.3, 1.2)))
    small = np.asarray(blurred.resize((SIDE, SIDE), Image.Resampling.BOX), np.float64)
    noisy = small * random.uniform(0.8, 1.15) + random.normal(0, 5, small.shape)
    return noisy.round().clip(0, 255).astype(np.uint8)


def _near(colour: Colour, random: Random, most: int = 18) -> Colour:
    red, green, blue = np.clip(np.array(colour) + random.integers(-most, most + 1, 3), 0, 255).tolist()
    return red, green, blue


def _background(random: Random) -> Image.Image:
    """Light that falls from one end to the other, with blades and spots in it."""
    ends = [(150, 190, 230), (90, 140, 70), (60, 100, 60), (170, 180, 150)]
    top, bottom = (np.array(_near(ends[at], random, 30)) for at in random.integers(0, len(ends), 2))
    share = np.linspace(0, 1, DRAWN)[:, None, None]
    rows = np.broadcast_to(top * (1 - share) + bottom * share, (DRAWN, DRAWN, 3))
    image = Image.fromarray(rows.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _blade in range(int(random.integers(4, 14))):
        x, y = random.uniform(0, DRAWN, 2)
        end = (x + random.uniform(-20, 20), y + random.uniform(20, 60))
        draw.line([(x, y), end], _near((80, 130, 60), random, 40), width=int(random.integers(2, 6)))
    return image


def _petal(
    draw: ImageDraw.ImageDraw, centre: tuple[float, float], angle: float, size: tuple[float, float], tip: float,
    colour: Colour,
) -> None:  # fmt: skip
    """From the centre outwards, `size` (length, width) pixels; its tip from 0, round, to 1, pointed."""
    length, width = size
    along = np.linspace(0, 1, 12)
    half = width * np.sin(pi * along ** (1 + 0.6 * (1 - tip))) ** (1 - 0.35 * (1 - tip))
    outline = [*zip(along * length, half, strict=True), *reversed([*zip(along * length, -half, strict=True)])]
    turned = [
        (centre[0] + out * cos(angle) - side * sin(angle), centre[1] + out * sin(angle) + side * cos(angle))
        for out, side in outline
    ]
    draw.polygon(turned, colour, outline=_darker(colour))


def _darker(colour: Colour) -> Colour:
    red, green, blue = (value * 3 // 4 for value in colour)
    return red, green, blue


def _disc(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    (x, y), r = centre, radius
    draw.ellipse([x - r, y - r, x + r, y + r], colour, outline=_darker(colour))


def _round(draw: ImageDraw.ImageDraw, kind: str, centre: tuple[float, float], radius: float, random: Random) -> None:
    least, most, length, width, tip, colours, middle, inside = ROUND[kind]
    colour = colours[random.integers(len(colours))]
    petals, start = int(random.integers(least, most + 1)), random.uniform(0, 2 * pi)
    for at in range(petals):
        angle = start + 2 * pi * at / petals + random.normal(0, 0.05)
        size = (radius * length * random.uniform(0.92, 1.05), radius * width)
        _petal(draw, centre, angle, size, tip, _near(colour, random, 10))
    _disc(draw, centre, radius * middle, _near(inside, random, 10))


def _rose(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, random: Random) -> None:
    """Discs that shrink as they wind inwards."""
    colour = _near(((200, 30, 60), (235, 130, 160), (245, 220, 190))[random.integers(3)], random)
    angle = random.uniform(0, 2 * pi)
    for share in np.linspace(1, 0.15, 14):
        angle += 2.4
        off = radius * 0.3 * share
        shade = _near(colour, random, 22)
        _disc(draw, (centre[0] + off * cos(angle), centre[1] + off * sin(angle)), radius * 0.62 * share, shade)


def _tulip(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, random: Random) -> None:
    """Three petals that stand up from one point."""
    colour = _near(((220, 40, 50), (240, 180, 50), (200, 90, 170))[random.integers(3)], random)
    foot = (centre[0], centre[1] + radius * 0.7)
    for tilt in (-0.33, 0.33, 0.0):
        angle = -pi / 2 + tilt + random.normal(0, 0.05)
        _petal(draw, foot, angle, (radius * 1.6, radius * 0.42), 0.7, _near(colour, random, 15))


def _lavender(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, random: Random) -> None:
    """Spikes of small blossoms."""
    for x in centre[0] + radius * np.array([-0.7, 0.0, 0.7]) + random.normal(0, 4, 3):
        for height in np.linspace(-1, 0.7, 13):
            place = (x + random.normal(0, 3), centre[1] + radius * height)
            _disc(draw, place, radius * 0.12, _near((140, 100, 190), random, 25))


def _bluebell(draw: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, random: Random) -> None:
    """Bells that hang from a bent stem."""
    colour = _near((80, 90, 200), random, 25)
    side = random.choice([-1, 1])
    for at in range(5):
        x = centre[0] + side * radius * (at - 2) * 0.42
        y = centre[1] - radius * 0.7 + radius * 0.1 * (at - 2) ** 2
        angle = pi / 2 + random.normal(0, 0.12)
        _petal(draw, (x, y), angle, (radius * 0.75, radius * 0.24), 0.0, _near(colour, random, 15))

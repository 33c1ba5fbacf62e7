"""Small data sets of one's own, made for a test."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from builder.data.sources import Source, parse_source


def picture(number: int, size: tuple[int, int] = (10, 8), mode: str = "RGB", kind: str = "PNG") -> bytes:
    """An image of (width, height) pixels that differs from number to number."""
    channels = {"RGB": 3, "L": 1}[mode]
    values = np.random.default_rng(number).integers(0, 256, (size[1], size[0], channels), np.uint8)
    file = io.BytesIO()
    Image.fromarray(values.squeeze(-1) if channels == 1 else values).save(file, kind)
    return file.getvalue()


def classes_of(*names: str, each: int = 6) -> dict[str, bytes]:
    """Files of a set with so many images in each folder."""
    paths = [f"{name}/{number}.png" for name in names for number in range(each)]
    return {path: picture(number) for number, path in enumerate(paths)}


def zip_of(path: Path, files: Mapping[str, bytes]) -> str:
    """Write a zip; returns its path as a setting."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return str(path)


def folder_of(path: Path, files: Mapping[str, bytes]) -> str:
    """Write a folder; returns its path as a setting."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return str(path)


def source_of(**data: object) -> Source:
    """The source that `data` describes, which must be right."""
    source, problems = parse_source(data)
    assert source is not None, problems
    return source

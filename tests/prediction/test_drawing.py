"""Drawings: real test digits, drawn large and off the middle of a canvas, must be read as well as they are in place."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from builder.prediction import Predictor, from_drawing
from builder.runs.store import Store
from tests.trained import TrainedRuns, example, finish, raws_of, stop_all

CANVAS = 280


def canvas(digit: NDArray[np.uint8], *, shift: int = 0) -> NDArray[np.uint8]:
    """A sample drawn over the whole canvas, moved to the right and down."""
    large = Image.fromarray(digit.squeeze(-1)).resize((CANVAS, CANVAS), Image.Resampling.BILINEAR)
    moved = np.zeros((CANVAS, CANVAS), np.uint8)
    moved[shift:, shift:] = np.asarray(large)[: CANVAS - shift, : CANVAS - shift]
    return np.stack([moved, moved, moved, np.full_like(moved, 255)], axis=-1)


def opened(content: bytes | None) -> NDArray[np.uint8]:
    assert content is not None
    return np.asarray(Image.open(io.BytesIO(content)))


def share_right(predictor: Predictor, drawings: list[bytes], labels: list[str]) -> float:
    results = predictor.predict_files(("drawing", drawing) for drawing in drawings)
    return float(np.mean([getattr(r, "label", None) == label for r, label in zip(results, labels, strict=True)]))


def as_png(rgba: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgba[..., 0]).save(file, "PNG")
    return file.getvalue()


def test_an_empty_drawing_is_none() -> None:
    black = np.zeros((CANVAS, CANVAS, 4), np.uint8)
    assert from_drawing(black) is None
    black[..., 3] = 255
    assert from_drawing(black) is None
    hidden = np.full((CANVAS, CANVAS, 4), 255, np.uint8)
    hidden[..., 3] = 0
    assert from_drawing(hidden) is None


@pytest.mark.parametrize("colour", [(255, 255, 255), (255, 0, 0)])
def test_strokes_fill_a_box_of_20_of_28_with_their_mass_in_the_middle(colour: tuple[int, int, int]) -> None:
    drawing = np.zeros((CANVAS, CANVAS, 4), np.uint8)
    drawing[10:110, 200:220] = (*colour, 255)  # a bar of 100, and a foot that pulls the mass to the right
    drawing[90:110, 220:250] = (*colour, 255)
    square = opened(from_drawing(drawing))
    assert square.shape == (140, 140)
    rows, columns = (np.flatnonzero(square.any(axis=axis)) for axis in (1, 0))
    assert (len(rows), len(columns)) == (100, 50)
    mass = np.argwhere(square > 0).mean(axis=0) + 0.5
    assert mass == pytest.approx([70, 70], abs=1.0)


def test_a_dot_and_a_line_at_the_edge_are_not_lost() -> None:
    dot = np.zeros((CANVAS, CANVAS, 4), np.uint8)
    dot[0, 0] = 255
    assert opened(from_drawing(dot)).max() == 255
    line = np.zeros((CANVAS, CANVAS, 4), np.uint8)
    line[:, -1] = 255
    assert (opened(from_drawing(line, fill=1.0)) > 0).sum() == CANVAS


def test_mnist_drawn_large_and_off_the_middle(workspace: Path, datasets: Path) -> None:
    store = Store(workspace)
    document = example("mnist-mlp", "data.limit=8000", "recipe.epochs=3")
    [run] = finish(store, document)
    predictor = Predictor.of(store, run.id)
    raws, labels = raws_of(document, "test")
    raws, labels = raws[:1000], labels[:1000]
    moved = [canvas(raw, shift=40) for raw in raws]
    plain = share_right(predictor, [as_png(drawing) for drawing in moved], labels)
    centred = share_right(predictor, [predictor.drawing(drawing) or b"" for drawing in moved], labels)
    in_place = float(np.mean([p.label == label for p, label in zip(predictor.predict(raws), labels, strict=True)]))
    print(f"in place {in_place:.3f}, moved {plain:.3f}, moved and centred {centred:.3f}")
    assert centred > in_place - 0.05  # the way back to 28 pixels blurs a little
    assert centred > plain + 0.5
    stop_all(store)


def test_the_small_digits_fill_their_image_and_so_do_drawings_of_them(trained: TrainedRuns) -> None:
    predictor = Predictor.of(trained.store, trained.digits)
    raws, labels = raws_of(predictor.trained.document, "test")
    small = []
    for raw in raws:  # drawn at half the size, in a corner
        drawing = np.zeros((CANVAS, CANVAS, 4), np.uint8)
        drawing[20:160, 100:240] = canvas(raw)[::2, ::2]
        small.append(drawing)
    plain = share_right(predictor, [as_png(drawing) for drawing in small], labels)
    centred = share_right(predictor, [predictor.drawing(drawing) or b"" for drawing in small], labels)
    with_margin = share_right(predictor, [from_drawing(drawing) or b"" for drawing in small], labels)
    print(f"small {plain:.3f}, centred {centred:.3f}, with MNIST's margin {with_margin:.3f}")
    assert centred > 0.85
    assert centred > plain + 0.3
    assert centred > with_margin

"""Augmentation: each sample on its own, and only what was asked for."""

import pytest
import torch

from builder.data.augmentation.images import augmented
from builder.data.sources.augmentations import ImageAugmentation


def drawn() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def pictures(height: int = 8, width: int = 8) -> torch.Tensor:
    return torch.rand(64, 3, height, width, generator=torch.Generator().manual_seed(0)) + 1


def test_nothing_asked_nothing_changed() -> None:
    x = pictures()
    assert torch.equal(augmented(x, ImageAugmentation(), drawn()), x)


def test_about_half_are_mirrored_and_the_others_stay() -> None:
    x = pictures()
    y = augmented(x, ImageAugmentation(flip=True), drawn())
    mirrored = [torch.equal(after, before.flip(2)) for before, after in zip(x, y, strict=True)]
    stayed = [torch.equal(after, before) for before, after in zip(x, y, strict=True)]
    assert all(a != b for a, b in zip(mirrored, stayed, strict=True))
    assert 16 < sum(mirrored) < 48


def test_a_crop_is_a_shift_within_its_limit() -> None:
    x = pictures(6, 9)
    y = augmented(x, ImageAugmentation(crop=2), drawn())
    assert y.shape == x.shape
    shifts = set()
    for before, after in zip(x, y, strict=True):
        padded = torch.nn.functional.pad(before, (2, 2, 2, 2))
        found = [
            (down, right)
            for down in range(5)
            for right in range(5)
            if torch.equal(padded[:, down : down + 6, right : right + 9], after)
        ]
        assert len(found) == 1
        shifts.add(found[0])
    assert len(shifts) > 15


@pytest.mark.parametrize(("height", "width"), [(31, 31), (21, 41)])
def test_a_turn_keeps_the_middle_and_the_distances(height: int, width: int) -> None:
    x = torch.zeros(50, 1, height, width)
    middle, off = (height // 2, width // 2), 8
    x[:, :, middle[0], middle[1] + off] = 1
    y = augmented(x, ImageAugmentation(rotation=90.0), drawn())
    rows = torch.arange(height).float()[:, None] - middle[0]
    columns = torch.arange(width).float()[None] - middle[1]
    weight = y[:, 0] / y[:, 0].sum((1, 2), keepdim=True)
    down, right = (weight * rows).sum((1, 2)), (weight * columns).sum((1, 2))
    assert torch.allclose((down**2 + right**2).sqrt(), torch.full((50,), float(off)), atol=0.6)
    angle = torch.atan2(down, right).rad2deg()
    assert angle.min() < -60
    assert angle.max() > 60
    assert angle.abs().max() < 94


def test_the_same_numbers_give_the_same_images() -> None:
    settings = ImageAugmentation(flip=True, crop=1, rotation=10)
    assert torch.equal(augmented(pictures(), settings, drawn()), augmented(pictures(), settings, drawn()))

"""Augmentation: each sample on its own, and only what was asked for."""

import pytest
import torch

from builder.data.augmentation import Augmenter
from builder.data.augmentation.images import Scale, augmented
from builder.data.batches import prepare
from builder.data.sources import parse_source
from builder.data.sources.augmentations import ImageAugmentation
from builder.examples import load
from builder.graph.losses import CrossEntropy, Focal, Loss, NegativeLogLikelihood
from builder.graph.recipe import Recipe
from builder.training import loop
from builder.training.events import Finished
from builder.training.losses import loss_function
from builder.training.scores.category import correct


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


def light(height: int = 9, width: int = 7, samples: int = 64) -> torch.Tensor:
    """Images from 0 to 1."""
    return pictures(height, width)[:samples] - 1


EACH = {
    "flip": True, "flip_vertical": True, "crop": 2, "rotation": 20.0, "scale": 0.3, "translate": 0.2,
    "perspective": 0.5, "brightness": 0.4, "contrast": 0.5, "saturation": 0.5, "hue": 0.3, "noise": 0.1, "cutout": 3,
}  # fmt: skip


def test_every_setting_has_its_place_here() -> None:
    assert set(ImageAugmentation.model_fields) == {*EACH, "mixup", "cutmix"}


@pytest.mark.parametrize("name", EACH)
def test_each_changes_every_sample_on_its_own_and_again_the_same(name: str) -> None:
    settings = ImageAugmentation(**{name: EACH[name]})
    same = light()[:1].expand(32, -1, -1, -1)
    changed = augmented(same, settings, drawn())
    assert changed.shape == same.shape
    assert torch.isfinite(changed).all()
    assert len({one.numpy().tobytes() for one in changed}) > (1 if "flip" in name else 8)
    assert torch.equal(augmented(same, settings, drawn()), changed)
    grey = augmented(same[:, :1], settings, drawn())
    assert torch.equal(grey, same[:, :1]) == (name in ("saturation", "hue"))


def test_what_is_normalised_is_recoloured_as_if_it_were_not() -> None:
    scale = Scale(torch.tensor([0.2, 0.5, 0.6]).reshape(3, 1, 1), torch.tensor([0.3, 0.2, 0.1]).reshape(3, 1, 1))
    settings = ImageAugmentation(brightness=0.5, contrast=0.3, saturation=0.8, hue=0.2, noise=0.1)
    plain = augmented(light(), settings, drawn())
    assert torch.allclose(scale.lit(augmented(scale.normalised(light()), settings, drawn(), scale)), plain, atol=1e-5)


def test_hues_turn_and_brightness_stays() -> None:
    red = torch.tensor([0.6, 0.3, 0.3]).reshape(1, 3, 1, 1).expand(64, -1, 2, 2)
    turned = augmented(red, ImageAugmentation(hue=0.5), drawn())
    weights = torch.tensor([0.299, 0.587, 0.114]).reshape(3, 1, 1)
    assert torch.allclose((turned * weights).sum(1), (red * weights).sum(1), atol=0.01)
    assert {int(one.argmax()) for one in turned[:, :, 0, 0]} == {0, 1, 2}


def test_a_shift_by_a_share_moves_what_is_seen() -> None:
    x = torch.zeros(100, 1, 21, 41)
    x[:, :, 10, 20] = 1
    y = augmented(x, ImageAugmentation(translate=0.2), drawn())[:, 0]
    columns = (y.sum(1) * torch.arange(41)).sum(1) / y.sum((1, 2))
    rows = (y.sum(2) * torch.arange(21)).sum(1) / y.sum((1, 2))
    assert 6 < (columns - 20).abs().max() <= 8.3
    assert 3 < (rows - 10).abs().max() <= 4.3


def test_the_sizes_that_a_scale_gives() -> None:
    x = torch.zeros(200, 1, 41, 41)
    x[:, :, 10:31, 10:31] = 1
    sides = augmented(x, ImageAugmentation(scale=0.5), drawn()).sum((1, 2, 3)).sqrt()
    assert 10 < sides.min() < 12
    assert 30 < sides.max() < 32.5


def test_a_cutout_covers_a_square_of_its_side() -> None:
    y = augmented(torch.ones(50, 1, 20, 20), ImageAugmentation(cutout=5), drawn())
    covered = (y == 0).sum((1, 2, 3))
    assert covered.max() == 25
    assert covered.min() >= 9  # at a corner a part of it is outside


@pytest.mark.parametrize("settings", [{"mixup": 1.0}, {"cutmix": 1.0}, {"mixup": 0.4, "cutmix": 1.0}])
def test_mixed_samples_have_the_shares_of_their_classes(settings: dict[str, float]) -> None:
    samples = 64
    y = torch.arange(samples) % 4
    x = y.float().reshape(-1, 1, 1, 1).expand(-1, 1, 16, 16)  # each pixel says its class
    batch = Augmenter(ImageAugmentation(**settings), ("image",), classes=(4,))(((x,), (y,)), drawn())
    (mixed,), (shares,) = batch
    assert shares.shape == (samples, 4)
    assert torch.allclose(shares.sum(1), torch.ones(samples))
    assert torch.allclose(mixed.mean((1, 2, 3)), shares @ torch.arange(4.0), atol=1e-5)
    assert (shares.max(1).values < 0.9).sum() > 20
    whole = (mixed == mixed.round()).flatten(1).all(1)
    assert bool(whole.all()) == (list(settings) == ["cutmix"])


@pytest.mark.parametrize("loss", [CrossEntropy(label_smoothing=0.1), Focal(), NegativeLogLikelihood()])
def test_shares_of_one_class_cost_what_the_class_costs(loss: Loss) -> None:
    output = torch.randn(8, 3, generator=drawn())
    output = output.softmax(1) if loss.type == "nll" else output
    y = torch.arange(8) % 3
    function = loss_function(loss)
    assert function(output, torch.nn.functional.one_hot(y, 3).float()).item() == pytest.approx(
        function(output, y).item()
    )
    assert correct(output, y) == correct(output, torch.nn.functional.one_hot(y, 3).float())


def test_a_network_learns_from_mixed_samples_and_is_measured_on_whole_ones() -> None:
    document = load("digits-cnn")
    augmentation = {"mixup": 0.2, "cutmix": 1.0, "rotation": 5.0}
    source, _problems = parse_source({**document.data, "limit": 200, "augmentation": augmentation})
    assert source is not None
    recipe = Recipe(epochs=1, device="cpu")
    model, state = loop.start(document, recipe)
    *_others, end = loop.train(model, prepare(source), recipe, state)
    assert isinstance(end, Finished)
    assert end.test["accuracy"] > 0.3

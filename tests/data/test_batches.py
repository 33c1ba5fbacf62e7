"""Batches: an order that can be taken up again, and tensors equal to the preparation's."""

import pytest
import torch

from builder.data import batches
from builder.data.augmentation import Augmenter
from builder.data.batches import Batches, Tensors, prepare
from builder.data.fields import PARTS
from builder.data.sources.augmentations import ImageAugmentation
from builder.data.sources.digits import Digits
from builder.data.sources.reviews import Reviews
from builder.data.sources.xor import Xor


def numbered(samples: int) -> Tensors:
    return Tensors((torch.arange(samples, dtype=torch.float32)[:, None],), (torch.arange(samples),))


def images(samples: int = 20) -> Tensors:
    x = torch.rand(samples, 3, 9, 7, generator=torch.Generator().manual_seed(0))
    return Tensors((x,), (torch.arange(samples),))


@pytest.mark.parametrize("samples", [1, 2, 5, 9, 10, 11, 12, 100])
@pytest.mark.parametrize("size", [1, 2, 5, 10, 64])
def test_every_sample_comes_once_and_never_alone(samples: int, size: int) -> None:
    made = Batches(numbered(samples), size, seed=0)
    given = [y for _x, (y,) in made.epoch(0)]
    assert len(given) == len(made)
    assert sorted(torch.cat(given).tolist()) == list(range(samples))
    if size > 1 and samples > 1:
        assert min(len(y) for y in given) > 1
    assert max(len(y) for y in given) <= size + 1


def test_inputs_stay_with_their_labels() -> None:
    for (x,), (y,) in Batches(numbered(50), 8, seed=3).epoch(2):
        assert torch.equal(x[:, 0].long(), y)


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        torch.rand(epoch + 1)  # what else is drawn does not matter
        return [n for _x, (y,) in Batches(numbered(40), 8, seed).epoch(epoch) for n in y.tolist()]

    assert order(0, 0) == order(0, 0)
    different = {tuple(order(seed, epoch)) for seed in range(4) for epoch in range(4)}
    assert len(different) == 16


EVERYTHING = Augmenter(ImageAugmentation(flip=True, crop=2, rotation=20), ("image",))


@pytest.mark.parametrize("augmenter", [None, EVERYTHING])
def test_an_epoch_taken_up_in_the_middle_is_the_same(augmenter: Augmenter | None) -> None:
    whole = list(Batches(images(), 3, 7, augmenter).epoch(5))
    for start in range(len(whole) + 1):
        rest = list(Batches(images(), 3, 7, augmenter).epoch(5, start))
        assert len(rest) == len(whole) - start
        for ((x,), (y,)), ((again_x,), (again_y,)) in zip(whole[start:], rest, strict=True):
            assert torch.equal(x, again_x)
            assert torch.equal(y, again_y)


def test_augmentation_changes_from_epoch_to_epoch() -> None:
    made = Batches(images(), 20, 7, EVERYTHING)

    def sorted_epoch(epoch: int) -> torch.Tensor:
        (((x,), (y,)),) = made.epoch(epoch)
        return x[y.argsort()]

    assert not torch.equal(sorted_epoch(0), sorted_epoch(1))


def test_evaluation_sees_everything_in_order_and_unchanged() -> None:
    made = Batches(numbered(1000), 8, 0)
    given = list(made.in_order())
    assert torch.equal(torch.cat([y for _x, (y,) in given]), torch.arange(1000))
    assert len(given) < 10
    pictures = Batches(images(), 8, 0, EVERYTHING)
    assert torch.equal(torch.cat([x for (x,), _y in pictures.in_order()]), images().x[0])


@pytest.mark.parametrize("source", [Digits(limit=100), Reviews(max_length=10), Xor()])
def test_tensors_are_what_the_spec_says_and_the_preparation_makes(source: Digits | Reviews | Xor) -> None:
    prepared = prepare(source)
    spec = prepared.spec
    for part in PARTS:
        (x,), (y,) = prepared.parts[part].x, prepared.parts[part].y
        assert tuple(x.shape[1:]) == spec.inputs[0].spec.shape[1:]
        assert str(x.dtype) == f"torch.{spec.inputs[0].spec.dtype}"
        assert x.is_contiguous()
        assert torch.equal(
            x, torch.from_numpy(prepared.preparation.apply(prepared.samples.of(part))[spec.inputs[0].name])
        )
        assert y.tolist() == prepared.samples.labels[prepared.samples.parts[part]].tolist()
        if categories := spec.inputs[0].spec.categories:
            assert int(x.max()) < categories


def test_large_images_stay_bytes_and_give_the_same_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Digits(mode="colour")
    floats = prepare(source)
    monkeypatch.setattr(batches, "MOST_FLOAT", 1000)
    small = prepare(source)
    assert small.parts["train"].x[0].dtype == torch.uint8
    pairs = zip(
        Batches(floats.parts["train"], 64, 0).epoch(0), Batches(small.parts["train"], 64, 0).epoch(0), strict=True
    )
    assert all(torch.equal(a[0][0], b[0][0]) and torch.equal(a[1][0], b[1][0]) for a, b in pairs)
    pairs = zip(
        Batches(floats.parts["test"], 64, 0).in_order(), Batches(small.parts["test"], 64, 0).in_order(), strict=True
    )
    assert all(torch.equal(a[0][0], b[0][0]) for a, b in pairs)


def test_augmentation_that_does_nothing_is_none() -> None:
    assert prepare(Digits()).augmentation is None
    assert prepare(Digits()).augmenter([0], [0]) is None
    flipping = ImageAugmentation(flip=True)
    assert prepare(Digits(augmentation=flipping)).augmenter([0], [0]) is not None

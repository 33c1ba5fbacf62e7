"""Random changes of texts: never of padding, and the same again from the same seed."""

import torch

from builder.data.augmentation.texts import augmented
from builder.data.sources.augmentations import TextAugmentation, TokenAugmentation

X = torch.zeros(200, 12, dtype=torch.int64)
X[:, 4:] = torch.arange(2, 10)
X[0] = 0


def changed(settings: TokenAugmentation, seed: int = 0) -> torch.Tensor:
    return augmented(X, settings, torch.Generator().manual_seed(seed))


def test_word_dropout_makes_its_share_unknown() -> None:
    y = changed(TokenAugmentation(word_dropout=0.25))
    assert ((y == 0) == (X == 0)).all()
    assert ((y == X) | (y == 1)).all()
    assert abs(float((y == 1).sum() / (X > 0).sum()) - 0.25) < 0.03


def test_neighbours_change_places_and_nothing_is_lost() -> None:
    y = changed(TextAugmentation(swap=0.2))
    assert ((y == 0) == (X == 0)).all()
    assert (y.sort(1).values == X.sort(1).values).all()
    moved = (y[1:] - X[1:])[:, 4:]
    assert int(moved.abs().max()) == 1
    assert abs(float((moved == 1).float().mean()) * 8 / 7 - 0.2) < 0.04


def test_it_is_drawn_from_the_seed() -> None:
    both = TextAugmentation(swap=0.3, word_dropout=0.3)
    assert torch.equal(changed(both), changed(both))
    assert not torch.equal(changed(both), changed(both, 1))
    assert torch.equal(changed(TextAugmentation()), X)

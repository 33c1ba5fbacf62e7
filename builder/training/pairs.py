"""For each rated item another one that the user has not rated, so that a network can learn which is liked more."""

from collections.abc import Mapping

import torch
from torch import Tensor

from builder.data.augmentation import Batch
from builder.data.fields import Target
from builder.data.fitting import Preparation

ROUNDED = 1e-4  # by so much a rating may seem less than it is
ROUNDS = 100  # of drawing again; who has rated nearly everything may then meet a rated item


def liked_from(target: Target, preparation: Preparation) -> float:
    """From which rating on, as it is learned, an item is liked."""
    scale = preparation.scale(target.name)
    exact = 0.0 if target.liked is None else (target.liked - scale.mean[0]) / scale.std[0]
    return exact - ROUNDED


class Unrated:
    """Items that a user has not rated in the training part.

    Params: users and items (N,) int64, the pairs of the training part; count, the numbers of items from 0, the unknown.
    Source: Rendle et al. 2009, arXiv:1205.2618, section 4.
    """

    def __init__(self, users: Tensor, items: Tensor, count: int) -> None:
        self._count = count
        self._pairs = torch.unique(users * count + items)

    def drawn(self, users: Tensor) -> Tensor:
        """One item for each user, by torch's own random numbers: a resumed training draws the same. Shape: (N,)"""
        items = self._random(len(users), users)
        for _round in range(ROUNDS):
            again = self.rated(users, items)
            if not again.any():
                break
            items[again] = self._random(int(again.sum()), users)
        return items

    def fixed(self, users: Tensor, items: Tensor) -> Tensor:
        """One item for each pair, always the same for the same pair: for evaluation. Shape: (N,), (N,)"""
        # Knuth's multiplicative hash; only the spread matters
        start = (users * 2_654_435_761 + items * 40_503) // 64
        found = 1 + start % (self._count - 1)
        for step in range(1, ROUNDS + 1):
            again = self.rated(users, found)
            if not again.any():
                break
            found = torch.where(again, 1 + (start + step) % (self._count - 1), found)
        return found

    def rated(self, users: Tensor, items: Tensor) -> Tensor:
        """Whether the training part has these pairs. Shape: any, the same -> the same"""
        wanted = users * self._count + items
        self._pairs = self._pairs.to(wanted.device)
        place = torch.searchsorted(self._pairs, wanted).clamp_max(len(self._pairs) - 1)
        found: Tensor = self._pairs[place] == wanted
        return found

    def _random(self, n: int, like: Tensor) -> Tensor:
        # drawn on the CPU, so that every device draws the same
        return torch.randint(1, self._count, (n,)).to(like.device)


class Pairing:
    """Batches in which each rated item is followed by one that its user has not rated.

    Params: user and item, the places of the fields; liked, of targets by place the value from which on an item is liked
    """

    def __init__(self, user: int, item: int, liked: Mapping[int, float], unrated: Unrated) -> None:
        self._user, self._item, self._liked, self._unrated = user, item, liked, unrated

    def meet(self, x: tuple[Tensor, ...], y: tuple[Tensor, ...], *, learning: bool) -> Batch:
        """Twice as many inputs, first those of the batch; of such targets, 1 where the item is liked and else 0."""
        users, items = x[self._user][:, 0], x[self._item][:, 0]
        others = self._unrated.drawn(users) if learning else self._unrated.fixed(users, items)
        doubled = [torch.cat([v, others[:, None] if at == self._item else v]) for at, v in enumerate(x)]
        liked = [(v >= self._liked[at]).to(v.dtype) if at in self._liked else v for at, v in enumerate(y)]
        return tuple(doubled), tuple(liked)

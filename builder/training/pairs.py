"""For each rated item another one that the user has not rated, so that a network can learn which is liked more."""

import torch
from torch import Tensor

ROUNDS = 20  # of drawing again; who has rated nearly everything may then meet a rated item


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
        place = torch.searchsorted(self._pairs, wanted).clamp_max(len(self._pairs) - 1)
        return self._pairs[place] == wanted

    def _random(self, n: int, like: Tensor) -> Tensor:
        # drawn on the CPU, so that every device draws the same
        return torch.randint(1, self._count, (n,)).to(like.device)

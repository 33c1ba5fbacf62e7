"""Figures of ratings: how far they are from the right ones, and whether what is liked stands at the top."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.sources import Samples
from builder.data.sources.ratings import ITEM, USER
from builder.data.sources.source import Index
from builder.evaluation.trained import Trained
from builder.graph.losses import PairwiseRanking
from builder.training.losses import loss_function
from builder.training.pairs import Unrated, liked_from

TOP = 10
OTHERS = 100  # items among which a liked one must be found
MOST_RANKED = 5_000  # liked items of the part
MOST_POINTS = 2_000  # of predicted against true
BATCH = 65_536


@dataclass(frozen=True)
class Ranking:
    """Each liked item of the part among 100 others that its user has rated in no part (all, where there are fewer).

    `hit_rate` is how often it is among the first 10; `ndcg` the mean of 1 / log2(1 + rank), 0 behind the first 10.
    Others that are scored the same stand before it. `popularity` ranks by how often an item was rated in the training
    part. Source: He et al. 2017, arXiv:1708.05031, section 4.1.
    """

    hit_rate: float
    ndcg: float
    popularity_hit_rate: float
    popularity_ndcg: float
    positives: int


@dataclass(frozen=True)
class RatingFigures:
    """One Output that rates. Errors are None of a network that was trained by bpr: what it gives is no rating.

    The baseline is the mean of the user plus the mean of the item less the mean of all, of the training part.
    `ranking` is None where the part has no liked item. `true` and `predicted` are at most 2,000 samples, evenly drawn.
    """

    output: str
    target: str
    rmse: float | None
    baseline_rmse: float
    mae: float | None
    baseline_mae: float
    loss: float
    ranking: Ranking | None
    true: tuple[float, ...]
    predicted: tuple[float, ...]


def ratings(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> RatingFigures:
    """How well an Output rates and ranks."""
    known = _Known.of(trained, answer, samples)
    values = samples.targets[answer.target.name][:, 0].astype(np.float64)
    true = values[index]
    usual = _usual(known, values)[index]
    ranks = isinstance(answer.loss, PairwiseRanking)
    given = trained.preparation.scale(answer.target.name).back(output.numpy())[:, 0]
    shown = np.linspace(0, len(true) - 1, min(len(true), MOST_POINTS)).astype(int)
    return RatingFigures(
        output=answer.id,
        target=answer.target.name,
        rmse=None if ranks else float(root_mean_squared_error(true, given)),
        baseline_rmse=float(root_mean_squared_error(true, usual)),
        mae=None if ranks else float(mean_absolute_error(true, given)),
        baseline_mae=float(mean_absolute_error(true, usual)),
        loss=_pairs_loss(known, output, index) if ranks else _loss(known, output, index),
        ranking=_ranking(known, index),
        true=tuple(true[shown].tolist()),
        predicted=tuple(given[shown].tolist()),
    )


@dataclass(frozen=True)
class _Known:
    """A network and all pairs as it sees them."""

    trained: Trained
    answer: Answer
    users: Tensor  # of all samples
    items: Tensor
    y: Tensor  # as it is learned, (N, 1)
    liked: NDArray[np.bool_]
    train: Index
    count: int  # numbers of items, with that of the unknown

    @classmethod
    def of(cls, trained: Trained, answer: Answer, samples: Samples) -> "_Known":
        target = answer.target
        inputs = trained.preparation.apply({name: samples.inputs[name] for name in (USER, ITEM)})
        users, items = (torch.from_numpy(inputs[name])[:, 0] for name in (USER, ITEM))
        values = samples.targets[target.name]
        scale = trained.preparation.scale(target.name)
        field = trained.spec.input(ITEM)
        assert field is not None
        y = torch.from_numpy(scale.apply(values))
        liked = (y[:, 0] >= liked_from(target, trained.preparation)).numpy()
        return cls(trained, answer, users, items, y, liked, samples.parts["train"], field.spec.categories or 1)

    def scores(self, users: Tensor, items: Tensor) -> Tensor:
        """What the network says to pairs. Shape: (N,), (N,) -> (N,)"""
        place = self.trained.answers.index(self.answer)
        found = []
        with torch.inference_mode():
            for start in range(0, len(users), BATCH):
                given = {name: pairs[start : start + BATCH, None] for name, pairs in ((USER, users), (ITEM, items))}
                output = self.trained.model(*(given[entry.field] for entry in self.trained.inputs))
                found.append((output[place] if len(self.trained.answers) > 1 else output)[:, 0])
        return torch.cat(found)

    def unrated(self) -> Unrated:
        """Items that are not rated in the training part."""
        return Unrated(self.users[self.train], self.items[self.train], self.count)


def _loss(known: _Known, output: Tensor, index: Index) -> float:
    return loss_function(known.answer.loss)(output, known.y[index]).item()


def _pairs_loss(known: _Known, output: Tensor, index: Index) -> float:
    users, items = known.users[index], known.items[index]
    other = known.scores(users, known.unrated().fixed(users, items))
    liked = torch.from_numpy(known.liked[index].astype(np.float32))[:, None]
    return loss_function(known.answer.loss)(torch.cat([output, other[:, None]]), liked).item()


def _usual(known: _Known, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of the user plus mean of the item less mean of all; of whom the training part does not know, that of all."""
    mean = values[known.train].mean()
    usual = np.full(len(values), mean)
    for places in (known.users.numpy(), known.items.numpy()):
        own = places[known.train]
        counts = np.bincount(own, minlength=places.max() + 1)
        sums = np.bincount(own, values[known.train] - mean, minlength=places.max() + 1)
        usual += (sums / np.maximum(counts, 1))[places]
    return usual


def _ranking(known: _Known, index: Index) -> Ranking | None:
    wanted = index[known.liked[index] & (known.items[index] > 0).numpy() & (known.users[index] > 0).numpy()]
    if not len(wanted) or known.count < 3:
        return None
    wanted = wanted[np.linspace(0, len(wanted) - 1, min(len(wanted), MOST_RANKED)).astype(int)]
    rated = Unrated(known.users, known.items, known.count)  # in any part
    draws = np.random.default_rng(0)
    places, others = [], []
    for at, user in enumerate(known.users[wanted].tolist()):
        every = torch.arange(1, known.count)
        free = every[~rated.rated(torch.full_like(every, user), every)].numpy()
        drawn = free if len(free) <= OTHERS else draws.choice(free, OTHERS, replace=False)
        places.append(np.full(len(drawn), at))
        others.append(drawn)
    place, other = np.concatenate(places), torch.from_numpy(np.concatenate(others))
    users, items = known.users[wanted], known.items[wanted]
    network = _ranks(known.scores(users, items).numpy(), known.scores(users[place], other).numpy(), place)
    often = np.bincount(known.items[known.train].numpy(), minlength=known.count)
    popular = _ranks(often[items.numpy()], often[other.numpy()], place)
    return Ranking(*_shares(network), *_shares(popular), len(wanted))


def _ranks(own: NDArray[Any], others: NDArray[Any], place: Index) -> NDArray[np.int64]:
    """The rank from 1 of each own score among those of its others; the same score stands before it."""
    return 1 + np.bincount(place[others >= own[place]], minlength=len(own))


def _shares(ranks: NDArray[np.int64]) -> tuple[float, float]:
    """Hit rate and NDCG at 10."""
    top = ranks <= TOP
    return float(top.mean()), float((top / np.log2(1 + ranks)).mean())

"""How what a network keeps of its samples is judged: by the clusters that it falls into."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from builder.graph.losses import KullbackLeibler, Loss
from builder.training.scores.score import Sums

MOST = 2_000  # samples that are clustered
FEWEST = 3  # of which a silhouette can be told
CLUSTERS = 8  # where there are no classes
Points = NDArray[np.float32]
Labels = NDArray[np.int64]


class Latent:
    """Clusters of the latent numbers: how far apart they are, and where there are classes how pure. Shape: (N, Z), (N)

    Nothing is told of a single batch, and no epoch is chosen by it.
    """

    metric = None
    higher_is_better = True

    def __init__(self, loss: Loss, classes: int) -> None:
        self.loss, self.classes = loss, classes

    def of(self, output: Tensor, y: Tensor) -> float:
        return math.nan

    def sums(self) -> Sums:
        return _Gathered(self)


class _Gathered:
    def __init__(self, score: Latent) -> None:
        self._score = score
        self._points: list[Tensor] = []
        self._labels: list[Tensor] = []

    def add(self, output: Tensor, y: Tensor) -> None:
        self._points.append(positions(output, self._score.loss).cpu())
        self._labels.append(y.cpu())

    def figures(self) -> dict[str, float]:
        points = torch.cat(self._points).numpy()
        some = evenly(len(points))
        labels = torch.cat(self._labels).numpy()[some] if self._score.classes else None
        return cluster_figures(points[some], clustered(points[some], self._score.classes or CLUSTERS), labels)


def positions(output: Tensor, loss: Loss) -> Tensor:
    """Where samples lie: of means and log-variances the means. Shape: (N, Z) or (N, 2 Z) -> (N, Z)"""
    return output.chunk(2, dim=1)[0] if isinstance(loss, KullbackLeibler) else output


def evenly(samples: int) -> NDArray[np.int64]:
    """The places of at most 2,000 samples, from first to last."""
    return np.linspace(0, samples - 1, min(samples, MOST)).astype(np.int64)


def clustered(points: Points, clusters: int) -> Labels:
    """The cluster of each point, by k-means. Shape: (N, Z) -> (N,)"""
    # slow to import, and needed by few networks
    from sklearn.cluster import KMeans

    fitting = KMeans(min(clusters, len(points)), n_init=10, random_state=0)
    return np.asarray(fitting.fit_predict(points), np.int64)


def cluster_figures(points: Points, found: Labels, labels: Labels | None) -> dict[str, float]:
    """How well clusters are divided (silhouette), and how well they match the labels (purity)."""
    figures = {} if labels is None else {"purity": purity(found, labels)}
    return figures | ({} if (width := silhouette(points, found)) is None else {"silhouette": width})


def purity(clusters: Labels, labels: Labels) -> float:
    """The share of samples whose label is the most frequent one of their cluster.

    Source: Manning, Raghavan & Schuetze 2008, Introduction to Information Retrieval, section 16.3.
    """
    counts = np.zeros((clusters.max() + 1, labels.max() + 1), np.int64)
    np.add.at(counts, (clusters, labels), 1)
    return float(counts.max(axis=1).sum() / len(labels))


def silhouette(points: Points, clusters: Labels) -> float | None:
    """From -1 to 1: how much nearer points lie to their own cluster than to the next; None of too few points."""
    # as above
    from sklearn.metrics import silhouette_score

    if len(points) < FEWEST or not 1 < len(np.unique(clusters)) < len(points):
        return None
    return float(silhouette_score(points, clusters))

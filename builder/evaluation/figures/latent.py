"""Figures of what is latent: the clusters of samples by it, beside those by the raw input."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from builder.compiler.report import Answer
from builder.data.sources import Samples
from builder.data.sources.source import Index, chosen
from builder.evaluation.trained import Trained
from builder.training.losses import loss_function
from builder.training.scores.latent import CLUSTERS, Points, cluster_figures, clustered, evenly, positions

MOST_CLUSTERS = 50


@dataclass(frozen=True)
class LatentFigures:
    """One Output that shows what is latent, of at most 2,000 samples, evenly drawn.

    Baselines are those of k-means on the raw input; purities are None without labels, silhouettes of too few samples.
    `map` are two numbers for each sample: the latent ones, of more their two main components, which hold `kept` of
    their variance. `labels` are classes, -1 without; `found` the clusters. `points` and `raw` are what is clustered.
    """

    output: str
    target: str
    size: int
    purity: float | None
    baseline_purity: float | None
    silhouette: float | None
    baseline_silhouette: float | None
    loss: float
    kept: float
    classes: tuple[str, ...]
    labels: tuple[int, ...]
    found: tuple[int, ...]
    map: tuple[tuple[float, float], ...]
    points: Points
    raw: Points


def latent(trained: Trained, answer: Answer, output: Tensor, samples: Samples, index: Index) -> LatentFigures:
    """What lies together in what the network keeps."""
    points = positions(output, answer.loss).numpy()
    some = evenly(len(points))
    classes = answer.target.classes
    target = trained.spec.category
    labels = samples.targets[target.name][index[some]] if target else None
    flat, kept = flattened(points[some])
    figures = LatentFigures(
        output=answer.id,
        target=answer.target.name,
        size=points.shape[1],
        purity=None,
        baseline_purity=None,
        silhouette=None,
        baseline_silhouette=None,
        loss=loss_function(answer.loss)(output, output).item(),
        kept=kept,
        classes=classes,
        labels=tuple((labels if labels is not None else np.full(len(some), -1)).tolist()),
        found=(),
        map=tuple((x, y) for x, y in flat.round(5).tolist()),
        points=points[some],
        raw=_raw(trained, samples, index[some]),
    )
    return regrouped(figures, len(classes) or CLUSTERS)


def regrouped(figures: LatentFigures, clusters: int) -> LatentFigures:
    """The same samples in another number of clusters."""
    labels = np.array(figures.labels) if figures.classes else None
    found = clustered(figures.points, clusters)
    own = cluster_figures(figures.points, found, labels)
    raw = cluster_figures(figures.raw, clustered(figures.raw, clusters), labels)
    return replace(
        figures,
        found=tuple(found.tolist()),
        purity=own.get("purity"),
        baseline_purity=raw.get("purity"),
        silhouette=own.get("silhouette"),
        baseline_silhouette=raw.get("silhouette"),
    )


def _raw(trained: Trained, samples: Samples, index: Index) -> Points:
    """What enters the network, a row for each sample, in the scale in which it is shown. Words count by their ids."""
    rows = []
    for name in dict.fromkeys(entry.field for entry in trained.inputs):
        x = trained.preparation.apply({name: chosen(samples.inputs[name], index)})[name]
        rows.append((x * trained.preparation.fields[name].spread).reshape(len(index), -1).astype(np.float32))
    return np.concatenate(rows, axis=1)


def flattened(points: Points) -> tuple[NDArray[np.float64], float]:
    """Points on a plane, and the share of their variance that it holds. Shape: (N, Z) -> (N, 2)"""
    centred = points.astype(np.float64)
    if points.shape[1] <= 2:
        return np.pad(centred, ((0, 0), (0, 2 - points.shape[1]))), 1.0
    centred -= centred.mean(axis=0)
    _left, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    # of an axis only the line is given: its largest entry points upwards, so that a picture is the same everywhere
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    return centred @ (axes * signs[:, None])[:2].T, float((sizes[:2] ** 2).sum() / max((sizes**2).sum(), 1e-30))

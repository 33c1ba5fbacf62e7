"""What is the matter with a data set before a network learns from it; each finding with what to do about it.

Pure functions of the samples and of what their source noticed. Of a large set a part is looked at.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from builder.core.errors import Fix, Problem
from builder.core.text import _, quote
from builder.data.copies import keys
from builder.data.fields import PARTS, Part, Target
from builder.data.health.columns import column_problems
from builder.data.health.labels import alike
from builder.data.health.measures import Measure, measures
from builder.data.loading import unreadable
from builder.data.sources.source import Index, Samples, Source
from builder.graph.losses import CrossEntropy

MOST_LOOKED_AT = 100_000  # samples of a part
UNEVEN, VERY_UNEVEN = 5, 20  # the most frequent class against the rarest
FEW, FEW_OF_CLASS, FEW_JUDGED = 50, 10, 30  # samples
SHARE = 0.01  # of a part that may be known from training before it is serious
# which parts know a part's samples before it is looked at
BEFORE: dict[Part, tuple[Part, ...]] = {"test": ("train", "validation"), "validation": ("train",)}
NAMED = 5
KEPT = 8


@dataclass(frozen=True)
class Finding:
    """A problem of the data, and the names of some samples that it is about."""

    problem: Problem
    samples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Health:
    """What was found, the serious first, and how large the samples are, by field."""

    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]

    @property
    def serious(self) -> tuple[Problem, ...]:
        """What spoils a training or its figures."""
        return tuple(finding.problem for finding in self.findings if finding.problem.severity == "warning")

    def to_json(self) -> dict[str, Any]:
        """For `netbuilder data --json`."""
        findings = [
            {
                "code": found.problem.code,
                "severity": found.problem.severity,
                "message": found.problem.message,
                "fix": found.problem.fix.label if found.problem.fix else None,
                "edits": [dict(edit) for edit in found.problem.fix.edits] if found.problem.fix else [],
                "samples": list(found.samples),
            }
            for found in self.findings
        ]
        return {"findings": findings, "measures": [measure.to_json() for measure in self.measures]}


def examine(source: Source, samples: Samples) -> Health:
    """The health of a data set; remembered by content and settings."""
    key = f"{samples.fingerprint} {source.model_dump_json()}"
    if key in _known:
        _known.move_to_end(key)
        return _known[key]
    found = [*_unreadable(samples), *_copies(source, samples), *_few(source, samples)]
    for target in samples.spec.targets:
        if target.classes and target.kind == "category":
            found += [*_uneven(samples, target), *_typos(samples, target)]
    found += [Finding(problem) for problem in column_problems(source, samples)]
    found.sort(key=lambda finding: finding.problem.severity != "warning")
    _known[key] = health = Health(tuple(found), measures(source, samples))
    while len(_known) > KEPT:
        _known.popitem(last=False)
    return health


_known: OrderedDict[str, Health] = OrderedDict()


def _unreadable(samples: Samples) -> Iterator[Finding]:
    if found := unreadable(samples):
        text = _("Files that cannot be read are left out: {n}.").format(n=len(found))
        yield Finding(Problem("D-UNREAD", text, severity="hint"), tuple(problem.message for problem in found))


def _copies(source: Source, samples: Samples) -> Iterator[Finding]:
    """Samples that are there twice, and above all those that the training part shares with others."""
    if source.ignores >= {"validation", "test"}:
        return  # there is nothing to hold back, and every part is the whole
    looked: dict[Part, Index] = {part: samples.parts[part][:MOST_LOOKED_AT] for part in PARTS}
    content = {part: keys(samples, index, answers=_natural(samples)) for part, index in looked.items()}
    drop = {"op": "set_data", "values": {"duplicates": "drop"}}
    fix = Fix(_("Keep each sample once, in one part"), (drop,))
    for part, others in BEFORE.items():
        known = {key for other in others for key in content[other]}
        leaked = [row for row, key in zip(looked[part], content[part], strict=True) if key in known]
        if not leaked:
            continue
        text = _(
            "{n:,} of the {part} part ({share:.1%}) are in the training part too, so its figures flatter the network. "
            "Keep each once, or divide by a column that tells them apart."
        )
        if _natural(samples):
            text = _("{n:,} rows of the {part} part ({share:.1%}) are in the training part too, equal in every column.")
        share = len(leaked) / len(looked[part])
        serious = share > SHARE and not _natural(samples)
        words = text.format(n=len(leaked), part=_(part), share=share)
        yield Finding(
            Problem("D-LEAK", words, severity="warning" if serious else "hint", fix=fix), _names(samples, leaked)
        )
    first: dict[int, int] = {}
    twice = [r for r, k in zip(looked["train"], content["train"], strict=True) if first.setdefault(k, int(r)) != int(r)]
    if twice and len(twice) > SHARE * len(looked["train"]):
        text = _("{n:,} of the training part are there more than once; they count as often as they are there.")
        yield Finding(Problem("D-TWICE", text.format(n=len(twice)), severity="hint", fix=fix), _names(samples, twice))


def _natural(samples: Samples) -> bool:
    """Whether equal rows are nothing strange: short rows of a table, or pairs of user and item."""
    return all(field.columns or (field.spec.axes == "N L" and field.kind != "text") for field in samples.spec.inputs)


def _few(source: Source, samples: Samples) -> Iterator[Finding]:
    if source.ignores >= {"validation", "test"} or source.limit is not None:
        return
    train, test = len(samples.parts["train"]), len(samples.parts["test"])
    if train < FEW:
        text = _("Only {n} samples to learn from; a network needs hundreds. Add some, or augment them.")
        yield Finding(Problem("D-FEW", text.format(n=train), severity="warning"))
    if test < FEW_JUDGED:
        text = _("Only {n} samples in the test part: one more right is {share:.0%}. Add some, or raise test.")
        yield Finding(Problem("D-FEW", text.format(n=test, share=1 / test), severity="hint"))
    for target in samples.spec.targets:
        counts = _counts(samples, target) if target.kind == "category" else {}
        rare = sorted((name for name, n in counts.items() if n < FEW_OF_CLASS), key=lambda name: counts[name])
        if rare and train >= FEW:
            text = _("Classes with fewer than {least} samples to learn from: {names}. Add some, or leave them out.")
            shown = ", ".join(f"{quote(name, 20)} {counts[name]}" for name in rare[:NAMED])
            yield Finding(Problem("D-FEW", text.format(least=FEW_OF_CLASS, names=shown), severity="warning"))


def _counts(samples: Samples, target: Target) -> dict[str, int]:
    labels = samples.targets[target.name][samples.parts["train"]]
    counts = np.bincount(labels, minlength=len(target.classes)).tolist()
    return dict(zip(target.classes, counts, strict=True))


def _uneven(samples: Samples, target: Target) -> Iterator[Finding]:
    counts = _counts(samples, target)
    most, least = max(counts, key=lambda name: counts[name]), min(counts, key=lambda name: counts[name])
    times = counts[most] / max(1, counts[least])
    if times < UNEVEN:
        return
    text = _("{most} is {times:.0f} times as frequent as {least} in {target}. {advice}")
    advice = _("Look at F1 and at the baseline, not at accuracy alone, and let rare classes count more.")
    weights = {"type": "cross_entropy", "class_weights": "balanced"}
    known = "class_weights" in CrossEntropy.model_fields
    edit = {"op": "set_recipe", "values": {"loss": weights}}
    fix = Fix(_("Let rare classes count more"), (edit,)) if known else None
    words = text.format(most=quote(most, 30), times=times, least=quote(least, 30), target=target.name, advice=advice)
    yield Finding(Problem("D-UNEVEN", words, severity="warning" if times >= VERY_UNEVEN else "hint", fix=fix))


def _typos(samples: Samples, target: Target) -> Iterator[Finding]:
    counts: Mapping[str, int] = Counter(np.asarray(target.classes)[samples.targets[target.name]].tolist())
    for rare, frequent in alike(counts)[:NAMED]:
        text = _("{rare} ({n}) may be a slip of {frequent} ({m}). If it is, mend it in the data: they are two classes.")
        facts = {"rare": quote(rare, 30), "n": counts[rare], "frequent": quote(frequent, 30), "m": counts[frequent]}
        number = target.classes.index(rare)
        rows = np.flatnonzero(samples.targets[target.name] == number)
        yield Finding(Problem("D-LABEL", text.format(**facts), severity="warning"), _names(samples, rows.tolist()))


def _names(samples: Samples, rows: list[int]) -> tuple[str, ...]:
    if samples.names:
        return tuple(str(samples.names[row]) for row in rows[:NAMED])
    return tuple(_("sample {n}").format(n=int(row) + 1) for row in rows[:NAMED])

"""Entities in tags: B- begins one, I- goes on with it, O is outside (IOB2).

`entity_types` and `entity_spans` need numpy alone: exported projects carry their source.
Source: Ramshaw and Marcus 1995; Tjong Kim Sang and Veenstra 1999 for the ways of writing.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

OUTSIDE = "O"
NO_TOKEN = -100  # what stands in the place of a tag where there is no token; torch's losses pass it over


def is_iob(tags: Sequence[str]) -> bool:
    """Whether these tags mark entities, as IOB2 writes them."""
    return all(re.fullmatch(r"O|[BI]-.+", tag) for tag in tags) and any(tag != OUTSIDE for tag in tags)


def is_any_iob(tags: Sequence[str]) -> bool:
    """Whether these tags mark entities in one of the usual ways: IOB1, IOB2, IOBES, BILOU."""
    return all(re.fullmatch(r"O|[BIESMLU]-.+", tag) for tag in tags) and any(tag != OUTSIDE for tag in tags)


def to_iob2(tags: Sequence[str]) -> list[str]:
    """The tags of one sentence, written in any of the usual ways, as IOB2."""
    found: list[str] = []
    going_on = ""  # the type of the entity that the tag before belongs to, unless it ended there
    for tag in tags:
        if tag == OUTSIDE:
            found.append(tag)
            going_on = ""
            continue
        sign, kind = tag[0], tag[2:]
        begins = sign in "BSU" or kind != going_on
        found.append(f"{'B' if begins else 'I'}-{kind}")
        going_on = "" if sign in "ESLU" else kind
    return found


def entity_types(classes: Sequence[str]) -> list[str]:
    """The kinds of entities that tags tell of."""
    return sorted({name[2:] for name in classes if name[:2] in ("B-", "I-")})


def entity_spans(tags: NDArray[np.int64], classes: Sequence[str]) -> NDArray[np.int64]:
    """The entities in rows of tags, a negative one where there is no token: row, first step, step behind, type.

    An I- that nothing begins, begins one itself.
    Shape: (N, L) -> (entities, 4)
    """
    types = entity_types(classes)
    kinds = np.array([types.index(name[2:]) if name[:2] in ("B-", "I-") else -1 for name in classes] + [-1])
    begin = np.array([name[:2] == "B-" for name in classes] + [False])
    ended = np.pad(tags, ((0, 0), (0, 1)), constant_values=-1)  # so that none goes on in the next row
    at = np.where(ended < 0, len(classes), ended).ravel()
    kind = kinds[at]
    before = np.concatenate([[-1], kind[:-1]])
    starts = (kind >= 0) & (begin[at] | (kind != before))
    first = np.flatnonzero(starts)
    behind = np.flatnonzero((before >= 0) & (starts | (kind != before)))
    row = first // ended.shape[1]
    return np.stack([row, first - row * ended.shape[1], behind - row * ended.shape[1], kind[first]], 1)

"""Labels that look like one, written twice."""

import re
import unicodedata
from collections.abc import Mapping

RARE = 0.1  # of the other's count, for one letter to be a slip
LEAST = 3  # letters: in shorter labels one letter is the meaning


def alike(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Pairs of labels, the rarer first: equal but for case, spaces and signs, or a rare one that is a letter off."""
    by_form: dict[str, list[str]] = {}
    for label in counts:
        by_form.setdefault(_form(label), []).append(label)
    pairs: list[tuple[str, str]] = []
    for same in by_form.values():
        *rarer, most = sorted(same, key=lambda label: counts[label])
        pairs += [(label, most) for label in rarer]
    forms = {form: max(same, key=lambda label: counts[label]) for form, same in by_form.items()}
    words = [form for form in forms if len(form) >= LEAST and not any(c.isdigit() for c in form)]
    for form in words[:500]:
        label = forms[form]
        near = [forms[other] for other in words if other != form and _one_off(form, other)]
        frequent = [other for other in near if counts[label] <= RARE * counts[other]]
        if frequent:
            pairs.append((label, max(frequent, key=lambda other: counts[other])))
    return pairs


def _form(label: str) -> str:
    folded = unicodedata.normalize("NFKC", label).casefold()
    return re.sub(r"[\W_]+", "", folded) or folded


def _one_off(one: str, other: str) -> bool:
    """Whether one letter more, less or another, or two that changed places, make one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped

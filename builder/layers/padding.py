"""Expressions that leave padded steps out; `padding` names a tensor (N, L) that is True where a step is padding.

A sample of nothing but padding gives finite numbers: zeros from a pooling, a mixture of padding from an attention.
"""

# so far below any score that a softmax gives exactly 0, and yet finite: a step that sees padding alone has a result
FAR_BELOW = "-1e4"


def mean(x: str, axis: int, padding: str) -> str:
    """The mean of the steps along `axis`."""
    return f"({x} * ~{_along(padding, axis)}).sum({axis}) / (~{padding}).sum(1)[:, None].clamp(min=1)"


def largest(x: str, axis: int, padding: str) -> str:
    """The largest number of all steps along `axis`."""
    found = f"{x}.masked_fill({_along(padding, axis)}, -torch.inf).amax({axis})"
    return f"{found}.masked_fill({padding}.all(1, keepdim=True), 0.0)"


def numbers(padding: str) -> str:
    """The number of each step, the first that is no padding being 0. Shape: (N, L)."""
    return f"((~{padding}).long().cumsum(1) - 1).clamp(min=0)"


def scores(padding: str) -> str:
    """What is added to the scores of an attention so that nothing looks at padding. Shape: (N, L)."""
    return f"{padding} * {FAR_BELOW}"


def _along(padding: str, axis: int) -> str:
    return f"{padding}[:, :, None]" if axis == 1 else f"{padding}[:, None]"

"""How answers of one kind are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BARE = {"displayModeBar": False}  # of a chart that nobody needs to save


@dataclass(frozen=True)
class Drawn:
    """The ways in which answers of one kind are shown; `columns` and `cells` make a table of many predictions."""

    card: Callable[[Any], None]
    words: Callable[[Any], str]
    columns: Callable[[Any], list[str]]
    cells: Callable[[Any], list[object]]

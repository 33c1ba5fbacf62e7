"""What the commands print: tables and sentences for people, one JSON document for programs, problems on stderr."""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from builder.core.errors import Problem
from builder.core.metrics import METRICS
from builder.core.text import _, number

PIPED = 200  # columns where no terminal says how many it has


def console(*, stderr: bool = False) -> Console:
    """A console on the standard output or error of this moment."""
    wide = PIPED if not (sys.stderr if stderr else sys.stdout).isatty() else None
    return Console(stderr=stderr, highlight=False, width=wide)


def shown(value: object) -> Text:
    """Text that came from a user, verbatim: no markup, no control characters."""
    return Text("".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in str(value)))


def say(text: str) -> None:
    """A sentence on standard output."""
    console().print(shown(text), soft_wrap=True)


def note(text: str) -> None:
    """A sentence on standard error."""
    console(stderr=True).print(shown(text), soft_wrap=True)


def complain(problems: Iterable[Problem], *, ways: bool = False) -> None:
    """Problems on standard error, one a line; with `ways`, below each how it can be mended."""
    for problem in problems:
        note(str(problem))
        for i, fix in enumerate(problem.fixes if ways else ()):
            note(f"    {fix.label}" if i == 0 else "    " + _("or: {way}").format(way=fix.label))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, header: bool = True) -> None:
    """A table on standard output; columns whose cells are all numbers stand to the right."""
    cells = [[("" if cell is None else cell) for cell in row] for row in rows]
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=header)
    for at, column in enumerate(columns):
        right = bool(cells) and all(isinstance(row[at], int | float) for row in cells)
        drawn.add_column(shown(column), justify="right" if right else "left", overflow="fold")
    for row in cells:
        drawn.add_row(*(shown(_number(cell)) for cell in row))
    console().print(drawn)


def facts(rows: Iterable[tuple[str, object]]) -> None:
    """Names and values, one a line."""
    table(["", ""], rows, header=False)
    say("")


def emit(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(_finite(value), ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def percent(share: float | None) -> str:
    """A share as people read it: `97.2 %`."""
    return "" if share is None else f"{100 * share:.1f} %"


def figure(name: str | None, value: float | None) -> str:
    """A recorded figure as people read it: an accuracy as a share, others as a number with their name."""
    if name is None or value is None:
        return ""
    metric = name.split("_", 1)[-1].split("/")[0]
    return percent(value) if METRICS[metric].share else f"{metric} {number(value)}"


@contextmanager
def loading(text: str) -> Iterator[Any]:
    """A bar on standard error while something is loaded; gives the function that moves it: (share, doing)."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    screen = console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(text, total=None)

        def move(share: float, doing: str) -> None:
            bar.update(task, total=1.0, completed=share, description=shown(doing).plain)

        yield move


def _number(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.4f}"
    return f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell)


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: both become null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

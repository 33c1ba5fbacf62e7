"""Preparing a large table, beside pandas and scikit-learn doing the same: `python -m benchmarks.bench_table [ROWS]`.

A CSV of a million rows is made: ten numbers (some missing), two categories and a target. Ours reads it under all the
rules for tables of strangers, divides it, learns from the training part alone, and makes tensors of every part. The
peer: `pandas.read_csv`, `train_test_split`, `SimpleImputer`, `StandardScaler` and `OneHotEncoder`, float32.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from builder.data.batches import prepare
from builder.data.sources.table import Table

ROWS = 1_000_000
NUMBERS = [f"n{number}" for number in range(10)]
WORDS = {"town": 40, "colour": 8}


def write(path: Path, rows: int) -> None:
    """The table."""
    random = np.random.default_rng(0)
    values: dict[str, object] = {name: random.normal(0, 5, rows).round(4) for name in NUMBERS}
    table = pd.DataFrame(values)
    table.loc[random.random(rows) < 0.02, "n3"] = np.nan
    for name, different in WORDS.items():
        table[name] = np.array([f"{name} {number}" for number in range(different)])[random.integers(0, different, rows)]
    table["label"] = np.where(table["n0"] + random.normal(0, 1, rows) > 0, "yes", "no")
    table.to_csv(path, index=False)


def ours(path: Path) -> int:
    """Rows of the training part, ready for the network."""
    told: list[str] = []
    source = Table(path=str(path), columns={"label": "target_yes_no"})
    prepared = prepare(source, lambda _share, doing: told.append(doing))
    assert told, "no progress was shown"
    return len(prepared.parts["train"])


def peers(path: Path) -> int:
    """The same by pandas and scikit-learn."""
    table = pd.read_csv(path)
    labels = (table.pop("label") == "yes").to_numpy(np.float32)
    rest, test, y_rest, _y = train_test_split(table, labels, test_size=0.2, stratify=labels, random_state=0)
    train, validation, _y, _z = train_test_split(rest, y_rest, test_size=0.1, stratify=y_rest, random_state=0)
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    words = OneHotEncoder(sparse_output=False, handle_unknown="ignore", dtype=np.float32)
    made = ColumnTransformer([("n", numbers, NUMBERS), ("w", words, list(WORDS))])
    made.fit(train)
    sizes = [len(made.transform(part).astype(np.float32)) for part in (train, validation, test)]
    return sizes[0]


def timed(work: Callable[[Path], int], path: Path) -> float:
    """Seconds."""
    began = time.perf_counter()
    work(path)
    return time.perf_counter() - began


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        write(path, rows)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        own = timed(ours, path)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        peer = timed(peers, path)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        print(f"ours {own:.1f} s, pandas and scikit-learn {peer:.1f} s: {own / peer:.2f} of it")
        print(f"memory at most {(most - before) / 1e3:.0f} MB above what making the table took ({before / 1e3:.0f} MB)")


if __name__ == "__main__":
    main()

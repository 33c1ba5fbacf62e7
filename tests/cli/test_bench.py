"""What `netbuilder bench-examples` tells."""

from pathlib import Path

import pytest

from builder.cli.bench import chosen
from builder.examples import names
from tests.cli.commands import Inside


def test_an_example_is_trained_and_held_against_its_promise_and_its_baseline(inside: Inside) -> None:
    done = inside("bench-examples", "xor-mlp", "--json")
    (row,) = done.json
    assert (row["example"], row["metric"], row["value"], row["baseline"]) == ("xor-mlp", "accuracy", 1.0, 0.5)
    assert row["reached"]
    assert done.status == 0


def test_a_missed_promise_is_status_1(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    document, known = chosen("xor-mlp", real=False)
    hard = type(known)(known.params, "loss", -1.0, known.seconds)
    monkeypatch.setattr("builder.cli.bench.chosen", lambda _name, real: (document, hard))
    done = inside("bench-examples", "xor-mlp")
    assert "missed" in done.out
    assert done.status == 1


def test_real_data_that_an_example_names_can_take_its_place(datasets: Path) -> None:
    for name in names():
        own, known = chosen(name, real=False)
        real, aim = chosen(name, real=True)
        assert known.real is None or (real.data != own.data and aim.reach == known.real["reach"])

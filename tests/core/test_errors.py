"""How problems and errors read."""

import re

import pytest

from builder.core.errors import MOST, Error, Problem, internal, reference


def test_a_problem_begins_with_its_code() -> None:
    assert str(Problem("G-TYPE", "This is wrong. Mend it.")) == "[G-TYPE] This is wrong. Mend it."


@pytest.mark.parametrize(("length", "shown"), [(MOST, MOST), (MOST + 1, MOST), (10_000, MOST)])
def test_a_sentence_is_cut_at_300_characters(length: int, shown: int) -> None:
    text = str(Problem("G-TYPE", "x" * length)).removeprefix("[G-TYPE] ")
    assert len(text) == shown
    assert text.endswith("…") == (length > MOST)


def test_20_problems_are_listed_and_the_rest_counted() -> None:
    error = Error.of(Problem("G-EDGE", f"Wire {n}.") for n in range(23))
    lines = str(error).splitlines()
    assert lines[0] == "[G-EDGE] Wire 0."
    assert lines[19:] == ["[G-EDGE] Wire 19.", "and 3 more"]
    assert len(error.problems) == 23


def test_20_problems_are_all_there_is_to_say() -> None:
    assert "more" not in str(Error.of(Problem("G-EDGE", "A wire.") for _n in range(20)))


def test_an_error_is_its_first_problem() -> None:
    error = Error.of([Problem("G-CYCLE", "A loop."), Problem("G-EDGE", "A wire.")])
    assert (error.code, error.message) == ("G-CYCLE", "A loop.")
    assert Error("P-NONE", "No such run.").problems == (Problem("P-NONE", "No such run."),)


def test_an_unexpected_failure_has_a_reference_and_no_details() -> None:
    ref = reference()
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", ref)
    text = str(internal(ref))
    assert text.startswith("[X-INTERNAL] Something went wrong on our side. Your graph and finished epochs are saved.")
    assert text.endswith(f" Ref {ref}.")
    assert reference() != ref

"""Undo and redo."""

from builder.graph.document import Document
from builder.graph.history import MERGE_SECONDS, STEPS, History


def titled(title: str) -> Document:
    return Document(title=title)


def test_undo_and_redo_walk_the_same_way() -> None:
    history = History(titled("a")).do(titled("b")).do(titled("c"))
    assert history.undo().present.title == "b"
    assert history.undo().undo().present.title == "a"
    assert history.undo().undo().redo().redo().present == history.present


def test_a_new_change_forgets_the_way_forward() -> None:
    history = History(titled("a")).do(titled("b")).undo().do(titled("c"))
    assert history.future == ()
    assert history.undo().present.title == "a"


def test_no_change_is_no_step() -> None:
    history = History(titled("a")).do(titled("b")).undo()
    assert history.do(titled("a")) is history


def test_keystrokes_in_one_field_are_one_step() -> None:
    history = History(titled(""))
    for number, text in enumerate(["c", "co", "con", "conv"]):
        history = history.do(titled(text), tag="title", now=number * MERGE_SECONDS / 2)
    assert history.undo().present.title == ""
    assert history.undo().redo().present.title == "conv"


def test_a_pause_another_field_or_an_undo_begins_a_new_step() -> None:
    one = History(titled("")).do(titled("a"), tag="title", now=1.0)
    assert one.do(titled("ab"), tag="title", now=1.0 + MERGE_SECONDS).undo().present.title == "a"
    assert one.do(titled("ab"), tag="about", now=1.1).undo().present.title == "a"
    assert one.do(titled("ab"), now=1.1).do(titled("abc"), now=1.1).undo().present.title == "ab"
    assert one.do(titled("b"), now=1.1).undo().do(titled("c"), tag="title", now=1.2).undo().present.title == "a"


def test_the_first_change_of_a_field_can_be_undone() -> None:
    """A document just loaded has no step to merge into, even at time zero."""
    assert History(titled("")).do(titled("a"), tag="title").undo().present.title == ""


def test_200_steps_are_kept() -> None:
    history = History(titled("0"))
    for number in range(1, STEPS + 51):
        history = history.do(titled(str(number)))
    for _step in range(STEPS):
        history = history.undo()
    assert history.present.title == "50"
    assert history.undo() is history

"""Undo and redo."""

import pytest
from pydantic import ValidationError

from builder.core.errors import Error
from builder.graph.document import Document
from builder.graph.history import MERGE, STEPS, Change, History
from tests.documents import chain


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
        history = history.do(titled(text), tag="title", at=number * MERGE / 2)
    assert history.undo().present.title == ""
    assert history.undo().redo().present.title == "conv"


def test_a_pause_another_field_or_an_undo_begins_a_new_step() -> None:
    one = History(titled("")).do(titled("a"), tag="title", at=1000)
    assert one.do(titled("ab"), tag="title", at=1000 + MERGE).undo().present.title == "a"
    assert one.do(titled("ab"), tag="about", at=1100).undo().present.title == "a"
    assert one.do(titled("ab"), at=1100).do(titled("abc"), at=1100).undo().present.title == "ab"
    assert one.do(titled("b"), at=1100).undo().do(titled("c"), tag="title", at=1200).undo().present.title == "a"


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


def change(title: str, at: float, tag: str = "title") -> Change:
    return Change.model_validate({"edits": [{"op": "set_title", "title": title}], "tag": tag, "at": at})


def test_changes_are_what_was_done() -> None:
    """What a browser keeps while it is offline, played again, gives the same history."""
    changes = [change("a", 0), change("ab", 100), change("abc", 900), Change(kind="undo"), change("abd", 1000)]
    changes += [Change(kind="undo"), Change(kind="undo"), Change(kind="redo")]
    history = History(titled(""))
    for one in changes:
        history = history.after(Change.model_validate_json(one.model_dump_json()))
    assert history.present.title == "ab"
    assert [document.title for document in history.past] == [""]
    assert [document.title for document in history.future] == ["abd"]


def test_a_clock_that_goes_back_merges_nothing() -> None:
    history = History(titled("")).after(change("a", 1000)).after(change("ab", 900))
    assert history.undo().present.title == "a"


def test_the_edits_of_a_change_are_done_together_or_not_at_all() -> None:
    history = History(chain("ReLU"))
    edits = [{"op": "remove", "nodes": ["relu1"]}, {"op": "remove", "nodes": ["relu1"]}]
    with pytest.raises(Error, match=r'\[G-EDIT\] There is no layer "relu1"'):
        history.after(Change.model_validate({"edits": edits}))
    one = history.after(Change.model_validate({"edits": [*edits[:1], {"op": "set_title", "title": "b"}]}))
    assert one.undo() == History(history.present, (), (one.present,), "", one.at)


@pytest.mark.parametrize("wrong", [{"kind": "again"}, {"at": float("nan")}, {"who": "me"}, {"edits": [{"op": "no"}]}])
def test_a_change_of_another_form_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="1 validation error"):
        Change.model_validate(wrong)

"""What the pages make of a network that the canvas, or another tab, changes meanwhile."""

import base64
import json
import zlib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.examples import load
from builder.graph.document import Document
from builder.graph.edits import READ
from builder.graph.history import Change
from builder.graph.networks import Networks


def script() -> None:
    import streamlit as st

    from builder.ui import gallery, session

    session.tell()
    gallery.open_shared()
    bench = session.workbench()
    if bench is None:
        st.stop()
    for name in ("undo", "redo", "load_theirs", "keep_mine", "leave"):
        st.button(name, key=name, on_click=getattr(session, name))
    for title in ("one", "two"):
        st.button(title, key=title, on_click=session.edit, args=({"op": "set_title", "title": title},))
    st.button("wrong", key="wrong", on_click=session.edit, args=({"op": "remove", "nodes": ["nothing"]},))
    session.client()
    st.text(bench.document.title)
    st.text(bench.conflict or "free")
    st.text(bench.id)


@pytest.fixture
def networks(workspace: Path) -> Networks:
    return Networks(workspace)


@pytest.fixture
def id(networks: Networks) -> str:
    return networks.create(Document(title="zero"))


def visit(id: str) -> AppTest:
    page = AppTest.from_function(script, default_timeout=30)
    page.query_params["network"] = id
    return page.run()


def press(page: AppTest, *buttons: str) -> AppTest:
    for button in buttons:
        page.button(key=button).click().run()
        assert not page.exception
    return page


def shown(page: AppTest) -> list[str]:
    """The title, and what stands in the way."""
    return [element.value for element in page.text[:2]]


def titled(title: str) -> Change:
    return Change(edits=(READ.validate_python({"op": "set_title", "title": title}),))


def test_edits_are_kept_and_taken_back_after_a_reload(networks: Networks, id: str) -> None:
    press(visit(id), "one", "two")
    assert networks.open(id)[0].title == "two"
    again = press(visit(id), "undo", "undo")
    assert shown(again) == ["zero", "free"]
    assert shown(press(again, "redo")) == ["one", "free"]


def test_what_the_canvas_of_the_page_did_is_no_conflict(networks: Networks, id: str) -> None:
    page = visit(id)
    networks.change(id, page.session_state["client"], [titled("drawn")], base=1, source="canvas")
    assert shown(press(page, "one", "undo")) == ["drawn", "free"]
    assert shown(press(page, "undo")) == ["zero", "free"]


def test_a_second_tab_may_take_the_other_version(networks: Networks, id: str) -> None:
    first, second = visit(id), visit(id)
    press(first, "one")
    assert shown(press(second, "two")) == ["two", "S-CHANGED"]
    assert shown(press(second, "undo", "redo")) == ["two", "S-CHANGED"]  # kept here alone
    assert networks.open(id)[0].title == "one"
    assert shown(press(second, "load_theirs")) == ["one", "free"]
    assert shown(press(second, "two")) == ["two", "free"]


def test_a_second_tab_may_keep_its_own_as_a_copy(networks: Networks, id: str) -> None:
    first, second = visit(id), visit(id)
    press(first, "one")
    press(second, "two", "keep_mine")
    assert shown(second) == ["two (copy)", "free"]
    assert {entry.title for entry in networks.list()} == {"one", "two (copy)"}


def test_a_page_shows_what_another_tab_did_before_it_edits(networks: Networks, id: str) -> None:
    page = visit(id)
    networks.change(id, "someone", [titled("theirs")], base=1)
    assert shown(page.run()) == ["theirs", "free"]
    assert shown(press(page, "one")) == ["one", "free"]


def test_a_network_that_was_deleted_elsewhere_can_be_kept(networks: Networks, id: str) -> None:
    page = visit(id)
    networks.delete(id)
    assert shown(press(page, "one")) == ["one", "P-NONE"]
    assert shown(press(page, "keep_mine")) == ["one (copy)", "free"]
    assert [entry.title for entry in networks.list()] == ["one (copy)"]


def test_a_network_that_was_deleted_elsewhere_can_be_closed(networks: Networks, id: str) -> None:
    page = visit(id)
    networks.delete(id)
    other = networks.create(Document(title="other"))
    assert shown(press(page, "leave")) == ["other", "free"]
    assert page.query_params["network"] == other


def test_a_refused_edit_leaves_a_sentence(networks: Networks, id: str) -> None:
    page = press(visit(id), "wrong")
    assert "There is no layer" in page.error[0].value
    assert networks.open(id)[1] == 1


def link(document: Document) -> str:
    press = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    plain = json.dumps(document.model_dump(mode="json", exclude_none=True)).encode()
    return base64.urlsafe_b64encode(press.compress(plain) + press.flush()).decode().rstrip("=")


def test_a_shared_link_opens_a_new_network_once(networks: Networks) -> None:
    page = AppTest.from_function(script, default_timeout=30)
    page.query_params["share"] = link(load("xor-mlp"))
    page.run().run()
    [entry] = networks.list()
    assert shown(page)[0] == load("xor-mlp").title == entry.title
    assert networks.open(entry.id)[0] == load("xor-mlp")
    assert "share" not in page.query_params


def test_a_damaged_link_is_explained(networks: Networks, id: str) -> None:
    page = AppTest.from_function(script, default_timeout=30)
    page.query_params["share"] = "AAAA"
    page.run()
    assert "This link is cut off or damaged" in page.error[0].value.replace("\\", "")
    assert len(networks.list()) == 1
    assert "share" not in page.query_params

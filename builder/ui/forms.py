"""Forms drawn from declarations: one widget for each parameter of a `Settings` class."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from builder.core.settings import Parameter
from builder.core.text import _
from builder.ui.markup import plain

Change = Callable[[str, Any], None]  # (parameter's name, new value; None for the default)


def draw(parameters: tuple[Parameter, ...], values: Mapping[str, Any], key: str, change: Change) -> None:
    """A widget for each parameter, showing `values` or the defaults; `change` is called when one is edited."""
    for parameter in parameters:
        value = values.get(parameter.name, parameter.default)
        _WIDGETS[parameter.kind if not (parameter.choices or parameter.optional) else _kind(parameter)](
            parameter, value, f"{key}:{parameter.name}", change
        )


def offered(parameters: tuple[Parameter, ...], names: Mapping[str, Sequence[str]]) -> tuple[Parameter, ...]:
    """The parameters as a form shows them: what the data offers for one is chosen from, not typed."""
    return tuple(
        replace(parameter, kind="choice", choices=tuple(names[parameter.offers]))
        if names.get(parameter.offers)
        else parameter
        for parameter in parameters
    )


def _kind(parameter: Parameter) -> str:
    return "choice" if parameter.kind == "choice" else "free"


def _label(parameter: Parameter) -> str:
    # no markdown: Streamlit gives the label as it stands to screen readers
    return f"{parameter.name} ({_(parameter.unit)})" if parameter.unit else parameter.name


def _help(parameter: Parameter) -> str:
    parts = [plain(_(parameter.help), 200)]
    if parameter.minimum is not None and parameter.maximum is not None:
        limits = _("From {least:,g} to {most:,g}.").format(least=parameter.minimum, most=parameter.maximum)
        parts.append(plain(limits))
    return " ".join(parts)


def follow(key: str, value: Any, change: Callable[[Any], None]) -> dict[str, Any]:
    """`key` and `on_change` of a widget that shows the document's value: after an undo as much as after an edit.

    A page tells the server all its widgets' values with every press. A press that comes before the page has drawn
    what an undo or a move changed would bring the old value back as if a person had chosen it. So a value that
    changed elsewhere is shown by a new widget, and what the old one still says is not heard.
    """
    shown: dict[str, tuple[str, Any]] = st.session_state.setdefault("shown", {})
    own, last = shown.get(key, (key, value))
    if st.session_state.get(own, last) != value:
        own = f"{key}__{int(own.removeprefix(key).removeprefix('__') or 0) + 1}"
    shown[key] = own, value
    st.session_state[own] = value

    def changed() -> None:
        if st.session_state.shown[key][0] == own:
            change(st.session_state[own])

    return {"key": own, "on_change": changed}


def _number(parameter: Parameter, value: Any, key: str, change: Change) -> None:
    whole = parameter.kind == "int"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not _within(parameter, value):
        _text(parameter, value, key + ":text", change)  # an invalid value is shown as it is, never replaced
        return
    value = value if whole else float(value)
    kind: Any = int if whole else float
    st.number_input(
        _label(parameter),
        min_value=None if parameter.minimum is None else kind(parameter.minimum),
        max_value=None if parameter.maximum is None else kind(parameter.maximum),
        step=1 if whole else _step(value),
        format=None if whole else "%g",
        help=_help(parameter),
        **follow(key, value, partial(change, parameter.name)),
    )


def _within(parameter: Parameter, value: float) -> bool:
    low, high = parameter.minimum, parameter.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def _step(value: float) -> float:
    """A tenth of the value's power of ten, so that arrows are useful at 0.001 as at 0.5."""
    return 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 0.01


def _toggle(parameter: Parameter, value: Any, key: str, change: Change) -> None:
    st.toggle(
        _label(parameter),
        help=_help(parameter),
        **follow(key, bool(value), partial(change, parameter.name)),
    )


def _choice(parameter: Parameter, value: Any, key: str, change: Change) -> None:
    options = (None, *parameter.choices) if parameter.optional else parameter.choices
    # a value that is no choice is shown as it is, never replaced
    options = options if value in options or value is None else (*options, value)
    st.selectbox(
        _label(parameter),
        options,
        help=_help(parameter),
        format_func=lambda choice: _("not set") if choice is None else str(choice),
        **follow(key, value, partial(change, parameter.name)),
    )


def _text(parameter: Parameter, value: Any, key: str, change: Change) -> None:
    st.text_input(
        _label(parameter),
        help=_help(parameter),
        placeholder=_placeholder(parameter),
        **follow(key, write(value), lambda text: change(parameter.name, read(parameter, text))),
    )


def _placeholder(parameter: Parameter) -> str:
    words = list(parameter.choices)
    words += [_("a number, or height x width")] if parameter.kind == "pair" else []
    words += [_("empty for the default")] if parameter.optional else []
    return _(" or ").join(words)


def write(value: Any) -> str:
    """A value as a person types it: `3`, `3x5`, `0, 2, 1`, `same`; empty for None."""
    if isinstance(value, list | tuple):
        items = list(value)
        if len(items) == 2 and all(isinstance(item, int) for item in items):
            return str(items[0]) if items[0] == items[1] else f"{items[0]}x{items[1]}"
        return ", ".join(str(item) for item in items)
    return "" if value is None else str(value)


def read(parameter: Parameter, text: str) -> Any:
    """What a person typed, as a value. What cannot be read stays as it was typed, and the check says why."""
    text = text.strip()
    if not text:
        return None
    if parameter.kind in ("pair", "ints"):
        parts = text.replace("x", ",").replace("×", ",").split(",")
        try:
            numbers = [int(part) for part in parts if part.strip()]
        except ValueError:
            return text
        return numbers[0] if len(numbers) == 1 and parameter.kind == "pair" else numbers
    if parameter.kind == "floats":
        try:
            return [float(part) for part in text.split(",") if part.strip()]
        except ValueError:
            return text
    try:
        return {"int": int, "float": float}.get(parameter.kind, str)(text)
    except ValueError:
        return text


_WIDGETS: dict[str, Callable[[Parameter, Any, str, Change], None]] = {
    "int": _number,
    "float": _number,
    "bool": _toggle,
    "choice": _choice,
    "pair": _text,
    "ints": _text,
    "floats": _text,
    "text": _text,
    "free": _text,
}

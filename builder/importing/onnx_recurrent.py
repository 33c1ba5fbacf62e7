"""ONNX's recurrent operators as ours, and the ways in which exporters take their outputs apart.

They give `Y` (steps, directions, samples, hidden_size) and the last state (directions, samples, hidden_size).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from builder.core.text import _
from builder.importing.onnx_values import Array, Desk, TimeFirst, UnreadError, Zeros, constant
from builder.importing.sketch import Ref

GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}  # where torch's gates stand in ONNX's order


@dataclass
class Recurrent:
    """A recurrent operator; its layers are made when one of its outputs is used."""

    type: str
    params: Mapping[str, Any]
    x: Ref
    weights: Mapping[str, Array]
    path: str
    made: dict[str, Ref] = field(default_factory=dict)

    @property
    def directions(self) -> int:
        return 2 if self.params["bidirectional"] else 1

    def give(self, desk: Desk, returns: str) -> Ref:
        if returns not in self.made:
            params = {**self.params, "returns": returns}
            desk.path, desk.count = self.path, 0
            self.made[returns] = desk.put(self.type, params, self.x, weights=self.weights)
        return self.made[returns]


@dataclass(frozen=True)
class Taken:
    """An output of a recurrent operator, or one direction of it."""

    of: Recurrent
    returns: str  # sequence or last
    direction: int | None = None
    squeezed_already: bool = False
    turned: bool = False  # directions behind samples

    def sizes(self, batch: int) -> tuple[int, ...]:
        """Its shape as the file sees it."""
        ends = (batch, self.of.directions) if self.turned else (self.of.directions, batch)
        steps = (self.of.x.spec.shape[1],) if self.returns == "sequence" else ()
        return (*steps, *ends, self.of.params["hidden_size"])

    def ordered(self, order: Sequence[int]) -> "Taken":
        fits = {"sequence": [0, 2, 1, 3], "last": [1, 0, 2]}[self.returns]
        if list(order) != fits:
            raise _odd()
        return replace(self, turned=True)

    def sliced(self, starts: Sequence[int], ends: Sequence[int], axes: Sequence[int]) -> "Taken":
        if self.returns != "last" or list(axes) != [0] or len(starts) != 1:
            raise _odd()
        last = self.of.directions - 1
        at = starts[0] if starts[0] >= 0 else self.of.directions + starts[0]
        end = min(ends[0], self.of.directions) if ends[0] > 0 else self.of.directions + ends[0]
        if end - at != 1 or not 0 <= at <= last:
            raise _odd()
        return replace(self, direction=at)

    def squeezed(self, desk: Desk, axes: Sequence[int]) -> Any:
        """Without the axis of directions."""
        if self.of.directions == 1 and list(axes) == [0 if self.returns == "last" else 1]:
            ref = self.of.give(desk, self.returns)
            return ref if self.returns == "last" else TimeFirst(ref)
        if self.returns == "last" and list(axes) == [0] and self.direction is not None:
            return replace(self, squeezed_already=True)
        raise _odd()


def _odd() -> UnreadError:
    return UnreadError(_("The output of a recurrent layer is taken apart in a way that is not read."))


def states(desk: Desk, given: Taken, sizes: Sequence[int]) -> Any:
    """Both directions of all steps, or of the last state, side by side."""
    if not given.turned:
        raise _odd()
    width = given.of.params["hidden_size"] * given.of.directions
    if sizes[-1] not in (-1, width):
        raise _odd()
    ref = given.of.give(desk, given.returns)
    return TimeFirst(ref) if given.returns == "sequence" else ref


def taken(desk: Desk, values: Sequence[Taken], axis: int) -> Ref:
    """Both directions of the last state, put side by side."""
    first = values[0]
    fits = all(value.squeezed_already and value.of is first.of for value in values)
    if not fits or [value.direction for value in values] != [0, 1] or axis not in (1, -1):
        raise _odd()
    return first.of.give(desk, "last")


def recurrent(type: str) -> Callable[[Desk, Sequence[Any], Mapping[str, Any]], Any]:
    """The reader of an operator; it gives the sequence and the last state."""

    def read(desk: Desk, values: Sequence[Any], attributes: Mapping[str, Any]) -> list[Any]:
        x, *rest = values
        if attributes.get("layout", 0) or not isinstance(x, TimeFirst):
            raise UnreadError(_("Its samples stand first."))
        _refuse_unusual(type, attributes, rest)
        both = attributes.get("direction", "forward") == "bidirectional"
        params = {"hidden_size": attributes["hidden_size"], "bidirectional": both}
        made = Recurrent(type, params, x.ref, _weights(type, rest, attributes["hidden_size"], 1 + both), desk.path)
        return [Taken(made, "sequence"), Taken(made, "last")]

    return read


def _refuse_unusual(type: str, attributes: Mapping[str, Any], rest: Sequence[Any]) -> None:
    usual = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}[type]
    names = attributes.get("activations", usual)
    if names not in (usual, usual * 2) or attributes.get("direction", "forward") == "reverse" or "clip" in attributes:
        raise UnreadError(_("It has other activations, or reads backwards only."))
    if attributes.get("input_forget", 0) or (type == "GRU" and not attributes.get("linear_before_reset", 0)):
        raise UnreadError(_("Its gates are not those of torch."))
    if any(not _nothing(value) for value in rest[3:]):  # lengths, first states, peepholes
        raise UnreadError(_("It begins with a state, or has lengths or peepholes."))


def _nothing(value: Any) -> bool:
    return value is None or isinstance(value, Zeros) or (isinstance(value, np.ndarray) and not np.any(value))


def _weights(type: str, rest: Sequence[Any], hidden: int, directions: int) -> dict[str, Array]:
    order, gates = GATES[type], len(GATES[type])
    given, own = constant(rest[0], "W"), constant(rest[1], "R")
    if len(rest) > 2 and rest[2] is not None:
        bias = constant(rest[2], "B")
    else:
        bias = np.zeros((directions, 2 * gates * hidden), np.float32)
    found: dict[str, Array] = {}
    for direction in range(directions):
        end = "_reverse" if direction else ""
        both = {"weight_ih": given[direction], "weight_hh": own[direction],
                "bias_ih": bias[direction][: gates * hidden], "bias_hh": bias[direction][gates * hidden :]}  # fmt: skip
        for name, array in both.items():
            parts = np.split(array, gates)
            found[f"{name}_l0{end}"] = np.concatenate([parts[gate] for gate in order])
    return found

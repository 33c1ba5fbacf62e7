"""The arguments of a constructor one by one, so that those that differ between uses can be told from the others."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from builder.compiler.trace import constructor, defaults
from builder.layers import Call
from builder.layers.layer import printed

# what recurrent layers take as anonymous arguments and document instead
RECURRENT = {"nn.RNN", "nn.LSTM", "nn.GRU"}


@dataclass(frozen=True)
class Slot:
    """One argument of one use: its name, its value as text, and whether this is the default, which goes unsaid."""

    name: str
    text: str
    usual: bool = False


def slots(call: Call) -> Iterator[Slot]:
    """Every argument of a call and of the calls within, in the order in which they are written."""
    names, usual = _arguments(call), defaults(call.name)
    for at, value in enumerate(call.args):
        if isinstance(value, Call):
            yield from slots(value)
        else:
            yield Slot(names[at] if at < len(names) else "value", printed(value))
    for name, value in call.kwargs.items():
        yield Slot(name, printed(value), name in usual and printed(usual[name]) == printed(value))


def skeleton(call: Call) -> object:
    """What two calls must share so that only their slots tell them apart."""
    args = tuple(skeleton(value) if isinstance(value, Call) else None for value in call.args)
    return call.name, call.learned, args, tuple(call.kwargs)


def written(call: Call, words: Iterator[str | None]) -> str:
    """The call with a word for each slot; None leaves a slot out."""
    args = [written(value, words) if isinstance(value, Call) else str(next(words)) for value in call.args]
    args += [f"{name}={word}" for name in call.kwargs if (word := next(words)) is not None]
    return f"{call.name}({', '.join(args)}){call.ending}"


def _arguments(call: Call) -> tuple[str, ...]:
    return ("input_size", "hidden_size") if call.name in RECURRENT else _positional(call.name)


@cache
def _positional(name: str) -> tuple[str, ...]:
    made = constructor(name)
    given = inspect.signature(made.__init__ if inspect.isclass(made) else made).parameters.values()
    return tuple(p.name for p in given if p.name != "self" and p.kind is p.POSITIONAL_OR_KEYWORD)

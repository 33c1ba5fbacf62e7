"""What a check found: for each node and for the whole, shapes, costs and problems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from builder.core.errors import MOST_LISTED, Fix, Problem
from builder.core.specs import Spec
from builder.core.text import _
from builder.data.fields import DataSpec, Target
from builder.graph.losses import Loss
from builder.graph.recipe import Recipe
from builder.layers import Layer
from builder.layers.ends import Output

# where a layer of the network comes from: the blocks in which it stands, each with the number of its copy where it is
# repeated, and its id
Place = tuple[str | int, ...]


class Gate(tuple[str | int, ...]):
    """The place outside a block of what one of the block's Inputs gives: equal to that place, but it tells which."""

    input: str

    def __new__(cls, place: Place, input: str) -> "Gate":
        made = super().__new__(cls, place)
        made.input = input
        return made


State = Literal["ok", "hint", "warning", "error", "waiting", "off"]


@dataclass
class NodeReport:
    """One node: its checked layer (None while its parameters are wrong), where its inputs come from, and the rest.

    A block's cost is that of all its copies; what it holds is reported `inside`, as the first copy finds it.
    """

    layer: Layer | None = None
    sources: tuple[str, ...] = ()
    spec: Spec | None = None  # of the output; None while it is not known
    params: int = 0
    trainable: int = 0  # of the parameters, those that are trained
    flops: int = 0  # of one sample; a multiply-add is two
    problems: list[Problem] = field(default_factory=list)
    bytes: int = 0  # of what it gives for one sample; a block, of all that its layers give
    sees: tuple[int, ...] = ()  # height and width of the part of the image that one of its numbers depends on
    off: bool = False  # passed over: what enters goes on behind it
    inside: dict[str, "NodeReport"] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The worst that can be said of it."""
        found = {problem.severity for problem in self.problems}
        worst: tuple[State, ...] = ("error", "warning", "hint")
        calm: State = "off" if self.off else "ok" if self.spec else "waiting"
        return next((severity for severity in worst if severity in found), calm)


@dataclass(frozen=True)
class Marks:
    """Which steps of an output are padding: those of the text that enters at `place`.

    They stand along `axis`, behind `before` steps that are none, such as a class token.
    """

    place: Place
    axis: int = 1
    before: int = 0


@dataclass(frozen=True)
class Kept:
    """What a layer keeps for the way back: which of its inputs, its output, and bytes of its own for each sample."""

    inputs: tuple[int, ...] = ()
    output: bool = False
    bytes: int = 0
    view: int | None = None  # the input whose very numbers the output is, only arranged anew
    turns: bool = False  # a network with it is trained with channels last


NOTHING = Kept()


@dataclass(frozen=True)
class Step:
    """One layer of the network as it is built, and the places of those that feed it.

    What comes from an Input of the block in which it stands is a `Gate`. `marks` tells which steps of its output are
    padding, `masks` which steps of its inputs it has to leave out, under the names by which its `forward` takes them.
    """

    layer: Layer
    sources: tuple[Place, ...]
    spec: Spec
    params: int = 0
    flops: int = 0  # of one sample
    trainable: int = 0
    kept: Kept = NOTHING
    marks: Marks | None = None
    masks: Mapping[str, Marks] = field(default_factory=dict)


@dataclass(frozen=True)
class Copy:
    """One copy of a block: the places of what enters it, by the ids of the Inputs inside, and of what leaves it."""

    given: Mapping[str, Place | None]
    end: Place


@dataclass(frozen=True)
class Entry:
    """An argument of the network's forward: an Input that leads to an Output, and the field of the data it names.

    With `forced` that is a target, of which each step sees what stands before it.
    """

    place: Place
    field: str
    forced: bool = False


@dataclass(frozen=True)
class Answer:
    """What the network's forward returns for one Output, and how it is judged. `id` is the Output's.

    With `probabilities` the layer before it is a Softmax, so what comes out are no logits.
    """

    id: str
    place: Place
    target: Target
    loss: Loss
    weight: float
    probabilities: bool


@dataclass
class Report:
    """The whole document. `nodes` stand in an order in which they can be computed, where there is one.

    `network` is what is built: blocks written out, disabled layers passed over, each layer after those that feed it;
    `copies` are the blocks that were written out there. `inputs` are what forward takes, and `outputs` what it returns:
    the tensor, or of several outputs a tuple.
    A problem inside a block is listed under the block of the document; its fix can be applied to the document as it is.
    """

    nodes: dict[str, NodeReport]
    problems: list[Problem]
    data: DataSpec | None = None
    recipe: Recipe | None = None
    network: dict[Place, Step] = field(default_factory=dict)
    copies: dict[Place, Copy] = field(default_factory=dict)
    inputs: tuple[Entry, ...] = ()  # in the order of the document, as are the outputs
    outputs: tuple[Answer, ...] = ()
    params: int = 0
    trainable: int = 0
    flops: int = 0  # of one sample, forward; a multiply-add is two
    activation_bytes: int = 0  # of one sample
    memory_bytes: int = 0  # to train at this batch size

    @property
    def ok(self) -> bool:
        """Whether it can train: no problem is an error."""
        return not self.errors

    @property
    def errors(self) -> list[Problem]:
        """The problems that stand in the way of training."""
        return [p for p in self.problems if p.severity == "error"]

    @property
    def used(self) -> set[Place]:
        """The layers from which an Output is reached; others would only waste time."""
        used: set[Place] = set()
        for place, step in reversed(self.network.items()):
            if isinstance(step.layer, Output) or place in used:
                used |= {place, *step.sources}
        return used

    def to_json(self) -> dict[str, Any]:
        """What `netbuilder check --json` prints."""
        listed: list[dict[str, Any]] = [problem_json(p) for p in self.problems[:MOST_LISTED]]
        more = len(self.problems) - MOST_LISTED
        if more > 0:
            listed.append({"code": "G-MORE", "node": None, "message": _("and {n} more").format(n=more), "fix": None})
        nodes = {
            id: {
                "shape": list(n.spec.shape[1:]) if n.spec else None,
                "params": n.params,
                "trainable": n.trainable,
                "flops": n.flops,
                "bytes": n.bytes,
                "sees": list(n.sees) or None,
            }
            for id, n in self.nodes.items()
        }
        return {
            "ok": self.ok,
            "problems": listed,
            "nodes": nodes,
            "params": self.params,
            "trainable": self.trainable,
            "flops": self.flops,
            "activation_bytes": self.activation_bytes,
            "memory_bytes": self.memory_bytes,
        }


def inward(problem: Problem, blocks: Sequence[str]) -> Problem:
    """A problem of a graph inside blocks, with a fix that can be applied to the whole document."""
    if problem.fix is None or not blocks:
        return problem
    first, *others = (Fix(fix.label, inside(fix.edits, blocks)) for fix in problem.fixes)
    return replace(problem, fix=first, others=tuple(others))


def inside(edits: tuple[Mapping[str, Any], ...], blocks: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """Edits of a graph inside blocks as edits of the document."""
    for block in reversed(blocks):
        edits = ({"op": "inside", "node": block, "edits": list(edits)},)
    return edits


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    fixes = [{"label": fix.label, "edits": [dict(edit) for edit in fix.edits]} for fix in problem.fixes]
    return {
        "code": problem.code,
        "severity": problem.severity,
        "node": problem.node,
        "param": problem.param,
        "message": problem.message,
        "fix": fixes[0] if fixes else None,
        "others": fixes[1:],
    }

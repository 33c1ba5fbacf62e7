"""What is legal but seldom meant: a hint says why, and offers what is usual instead.

Each rule looks at the network as it is built, and stays silent where the field does the same on purpose.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from builder.compiler.neighbours import Network, name, path, said
from builder.compiler.report import Place, Report, inside
from builder.compiler.sight import Sight
from builder.core.errors import Fix, Problem
from builder.core.text import _, quote
from builder.graph.document import Document
from builder.layers.ends import Input, Output

DISTRIBUTIONS = ("Softmax", "LogSoftmax")
GATES = ("Sigmoid", "Hardsigmoid", "Tanh", "GLU", *DISTRIBUTIONS)
SQUEEZING = ("Sigmoid", "Hardsigmoid")
MIXING = ("Dense", "Convolution")  # families of layers that are sums of what they get
LINEAR = ("Identity", "Flatten", "BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "Dropout", "Dropout1d", "Dropout2d")
FEW = 64  # features that are plenty for any number of classes
HEAVY = 16_000_000  # weights in one layer that are a burden
DEEP = 3  # sigmoids in a row through which hardly any gradient comes


Found = tuple[Place, str, str, tuple[Fix, ...]]  # where, code, sentence, what to do
Rule = Callable[[Network], Iterator[Found]]


def hints(document: Document, report: Report, seen: Mapping[Place, Sight]) -> Iterator[tuple[tuple[str, ...], Problem]]:
    """The hints on a network that has no errors, each once, however often its block is repeated, with its way there."""
    network = Network(report, document.graph, seen)
    told: set[tuple[str, tuple[str, ...]]] = set()
    for rule in RULES:
        for place, code, message, fixes in rule(network):
            way = path(place)
            if (code, way) in told:
                continue
            told.add((code, way))
            first = fixes[0] if fixes else None
            yield way, Problem(code, message, way[-1], None, "hint", first, fixes[1:])


def _fix(place: Place, label: str, *edits: Mapping[str, Any]) -> Fix:
    """A fix whose edits are meant for the graph in which a layer stands."""
    return Fix(label, inside(edits, path(place)[:-1]))


def _delete(place: Place) -> Fix:
    id = path(place)[-1]
    return _fix(place, _("Delete {node}").format(node=quote(id, 20)), {"op": "remove", "nodes": [id]})


def _set(place: Place, param: str, value: Any) -> Fix:
    label = _("Set {name} of {node} to {value}")
    id = path(place)[-1]
    edit = {"op": "set_params", "node": id, "params": {param: value}}
    return _fix(place, label.format(name=param, node=quote(id, 20), value=str(value).lower()), edit)


def _insert(network: Network, behind: Place, type: str) -> tuple[Fix, ...]:
    wire = network.wire(behind)
    edit = {"op": "insert", "type": type, "edge": wire}
    return (_fix(behind, _("Insert {layer}").format(layer=type), edit),) if wire else ()


def two_activations(network: Network) -> Iterator[Found]:
    """Two activations in a row: the second sees numbers that were bent already."""
    for place in network.steps:
        if network.family(place) != "Activation" or network.is_a(place, *GATES):
            continue
        after = network.only(place)
        if after and network.family(after) == "Activation" and not network.is_a(after, *GATES):
            text = _("{a} stands right behind {b}; two activations in a row do little more than one. Delete one.")
            words = text.format(a=said(network, after), b=said(network, place))
            yield after, "G-ACTIVATIONS", words, (_delete(after), _delete(place))


def no_nonlinearity(network: Network) -> Iterator[Found]:
    """Two sums with nothing between them that is not a sum are one sum, unless the first makes it narrow."""
    for place, step in network.steps.items():
        if not _mixes(network, place):
            continue
        behind = network.only(place)
        while behind and network.is_a(behind, *LINEAR):
            behind = network.only(behind)
        if behind is None or not _mixes(network, behind):
            continue
        ends = (network.steps[step.sources[0]].spec, network.steps[behind].spec)
        wide = min(ends[0].elements, ends[1].elements) if len(step.spec.shape) == 2 else min(map(_width, ends))
        if (step.spec.elements if len(step.spec.shape) == 2 else _width(step.spec)) < wide:
            continue  # a bottleneck, which one layer could not be
        text = _(
            "Nothing bends the numbers between {a} and {b}, so both together can do no more than one. Insert a ReLU."
        )
        words = text.format(a=said(network, place), b=said(network, behind))
        yield behind, "G-LINEAR", words, _insert(network, place, "ReLU")


def _width(spec: Any) -> int:
    """Channels of an image, features of a vector or of a step."""
    return int(spec.shape[-1] if len(spec.shape) < 4 and spec.axes != "N C L" else spec.shape[1])


def _mixes(network: Network, place: Place) -> bool:
    """Whether a layer is a learned sum over all channels or features, not over each channel alone."""
    step = network.steps[place]
    alone = getattr(step.layer, "groups", 1) > 1 or network.is_a(place, "DepthwiseConv2d", "Bilinear")
    return step.params > 0 and len(step.sources) == 1 and network.family(place) in MIXING and not alone


def answer_bent(network: Network) -> Iterator[Found]:
    """What stands right before the Output and spoils its scores: a dropout or an activation."""
    for place, step in network.steps.items():
        if not isinstance(step.layer, Output):
            continue
        last = step.sources[0]
        kind = name(network.layer(last))
        if "Dropout" in kind:
            text = _("{a} stands right before {b} and sets scores at random to zero. Put it before the last Linear.")
            words = text.format(a=said(network, last), b=said(network, place))
            yield last, "G-DROPOUT", words, (_delete(last),)
        elif network.family(last) == "Activation" and kind not in DISTRIBUTIONS and _takes_scores(network, place):
            text = _("{a} stands right before {b}, but the loss needs scores that no activation has bent. Delete it.")
            yield last, "G-SCORES", text.format(a=said(network, last), b=said(network, place)), (_delete(last),)


def _takes_scores(network: Network, end: Place) -> bool:
    """Whether the loss of an Output wants logits, and none of their bounds."""
    losses = (answer.loss.type for answer in network.report.outputs if answer.place == end)
    return next(losses, "") in ("cross_entropy", "focal", "nll", "bce")


def short_sight(network: Network) -> Iterator[Found]:
    """A global pooling of numbers each of which has seen but a small part of the image."""
    seen = network.seen
    image = next(
        (s.spec for s in network.steps.values() if isinstance(s.layer, Input) and len(s.spec.shape) == 4), None
    )
    for place in network.steps:
        source = network.above(place)
        if (
            image is None
            or source is None
            or source not in seen
            or not _pools_all(network, place)
            or _gates(network, place)
        ):
            continue
        size, whole = seen[source].pixels, image.shape[2:]
        if all(2 * n >= all_ for n, all_ in zip(size, whole, strict=True)):
            continue
        text = _("{node} pools numbers that each saw {part} of {whole} pixels: parts of an object, never all of it. "
                 "Add convolutions or poolings before it.")  # fmt: skip
        words = text.format(node=said(network, place), part=_by(size), whole=_by(whole))
        flatten = {"op": "replace", "node": path(place)[-1], "type": "Flatten"}
        few = network.steps[source].spec.elements <= 4096
        fixes = (_fix(place, _("Change it to {type}").format(type="Flatten"), flatten),) if few else ()
        yield place, "G-SIGHT", words, fixes


def _by(sizes: tuple[int, ...]) -> str:
    return "x".join(map(str, sizes))


def _pools_all(network: Network, place: Place) -> bool:
    """Whether a layer makes one number of each channel of an image."""
    before, after = network.steps[network.steps[place].sources[0]].spec, network.steps[place].spec
    large = len(before.shape) == 4 and before.shape[2] * before.shape[3] > 1
    return large and network.family(place) == "Pooling" and after.elements == before.shape[1]


def _gates(network: Network, place: Place) -> bool:
    """Whether what a layer gives comes back to an image: as the gate of a squeeze-and-excitation."""
    ahead = [place]
    for at in ahead:
        ahead += [new for new in network.below[at] if new not in ahead]
    return any(len(s.shape) == 4 and s.shape[2] * s.shape[3] > 1 for s in (network.steps[at].spec for at in ahead))


def narrow(network: Network) -> Iterator[Found]:
    """A layer on the only way to the answer that has fewer features than there are classes."""
    ends = [place for place, step in network.steps.items() if isinstance(step.layer, Output)]
    if len(ends) != 1 or network.report.outputs[0].target.kind != "category":
        return
    answer = network.steps[ends[0]].spec
    classes, place = answer.elements, network.above(ends[0])
    while place is not None and len(network.steps[place].spec.shape) == 2:
        width = network.steps[place].spec.elements
        if width < min(classes, FEW) and network.is_a(place, "Linear"):
            text = _(
                "{node} lets {n} numbers through, fewer than the {classes} classes to be told apart. Make it wider."
            )
            words = text.format(node=said(network, place), n=width, classes=classes)
            yield place, "G-NARROW", words, (_set(place, "out_features", max(32, 4 * classes)),)
        before = network.above(place)
        place = None if before is None or isinstance(network.layer(before), Input) else before


def dropout_before_norm(network: Network) -> Iterator[Found]:
    """Dropout right before BatchNorm: its variance while training is another than afterwards (arXiv:1801.05134)."""
    for place, step in network.steps.items():
        after = network.only(place)
        if "Dropout" not in name(step.layer) or after is None or not name(network.layer(after)).startswith("BatchNorm"):
            continue
        text = _("{a} stands before {b}, which then learns a variance that is wrong without dropout. Exchange them.")
        words = text.format(a=said(network, place), b=said(network, after))
        yield place, "G-ORDER", words, _exchange(network, place, after)


def _exchange(network: Network, place: Place, after: Place) -> tuple[Fix, ...]:
    wire = network.wire(after)
    if wire is None or place[:-1] != after[:-1]:
        return ()
    id, layer = path(place)[-1], network.layer(place)
    insert = {"op": "insert", "type": name(layer), "id": id, "params": layer.model_dump(mode="json"), "edge": wire}
    return (_fix(place, _("Exchange them"), {"op": "remove", "nodes": [id]}, insert),)


def needless_bias(network: Network) -> Iterator[Found]:
    """An offset right before BatchNorm, which subtracts it again."""
    needless = [place for place in network.steps if _needless(network, place)]
    same = [place for place in needless if len(place) == 1]
    for place in needless:
        text = _("{a} learns a bias that {b} takes away again. Switch it off: it only costs memory.")
        words = text.format(a=said(network, place), b=said(network, network.below[place][0]))
        every = Fix(_("Set {name} of all {n} to {value}").format(name="bias", n=len(same), value="false"),
                    tuple(edit for one in same for edit in _set(one, "bias", False).edits))  # fmt: skip
        yield (
            place,
            "G-BIAS",
            words,
            (_set(place, "bias", False), *([every] if len(same) > 1 and place in same else [])),
        )


def _needless(network: Network, place: Place) -> bool:
    step, after = network.steps[place], network.only(place)
    biased = getattr(step.layer, "bias", False) is True and step.params > 0
    return biased and after is not None and name(network.layer(after)).startswith("BatchNorm")


def heavy(network: Network) -> Iterator[Found]:
    """A Linear behind a Flatten that holds most of the weights."""
    whole = network.report.params
    for place, step in network.steps.items():
        source = network.above(place)
        if step.params < HEAVY or step.params < 0.8 * whole or not network.is_a(source, "Flatten"):
            continue
        assert source is not None
        image = network.steps[network.steps[source].sources[0]].spec
        if len(image.shape) != 4 or image.shape[2] * image.shape[3] == 1:
            continue
        text = _("{node} has {n:,} of the {all:,} weights, because {source} gives {k:,} numbers. Pool before it.")
        words = text.format(node=said(network, place), n=step.params, all=whole,
                            source=quote(path(source)[-1], 20), k=network.steps[source].spec.elements)  # fmt: skip
        pool = {"op": "replace", "node": path(source)[-1], "type": "GlobalAvgPool"}
        label = _("Change {node} to {type}").format(node=quote(path(source)[-1], 20), type="GlobalAvgPool")
        yield place, "G-HEAVY", words, (_fix(source, label, pool),)


def vanishing(network: Network) -> Iterator[Found]:
    """Several hidden sigmoids behind each other, each of which takes three quarters of the gradient or more."""
    depth: dict[Place, list[Place]] = {}
    for place, step in network.steps.items():
        longest = max((depth[source] for source in step.sources), key=len, default=[])
        fed = network.only(place)
        hidden = network.is_a(place, *SQUEEZING) and fed is not None and network.steps[fed].params > 0
        depth[place] = [*longest, place] if hidden else longest
    worst = max(depth.values(), key=len, default=[])
    if len(worst) < DEEP or len({place[:-1] for place in worst}) > 1:
        return
    edits = tuple({"op": "replace", "node": path(place)[-1], "type": "ReLU"} for place in worst)
    text = _("{n} layers of sigmoids stand behind each other from {node} on; on its way back the gradient vanishes. "
             "Use ReLU.")  # fmt: skip
    words = text.format(n=len(worst), node=quote(path(worst[0])[-1], 30))
    yield worst[0], "G-VANISH", words, (_fix(worst[0], _("Change them to ReLU"), *edits),)


def nothing_passes(network: Network) -> Iterator[Found]:
    """A dropout of everything."""
    for place, step in network.steps.items():
        if "Dropout" in name(step.layer) and getattr(step.layer, "p", 0) == 1:
            text = _("{node} sets everything to zero while training, so nothing before it can learn. Lower p.")
            yield place, "G-DROPOUT", text.format(node=said(network, place)), (_set(place, "p", 0.5),)


def foresight(network: Network) -> Iterator[Found]:
    """A layer that shows each step of a text what comes behind it, which nobody knows while the text is written."""
    behind = {entry.place for entry in network.report.inputs if entry.forced}
    for place, step in network.steps.items():
        layer, known = step.layer, [source in behind for source in step.sources]
        if not any(known):
            continue
        behind.add(place)
        seen = known[-1] if network.is_a(place, "MultiheadAttention") else known[0]
        if seen and getattr(layer, "causal", True) is False:
            change = _set(place, "causal", True)
        elif seen and getattr(layer, "bidirectional", False):
            change = _set(place, "bidirectional", False)
        else:
            continue
        text = _("{node} shows each step what comes behind it: the network copies it, and has nothing to copy when it "
                 "writes a text.")  # fmt: skip
        yield place, "G-AHEAD", text.format(node=said(network, place)), (change,)


RULES: tuple[Rule, ...] = (
    nothing_passes,
    two_activations,
    no_nonlinearity,
    answer_bent,
    narrow,
    dropout_before_norm,
    needless_bias,
    vanishing,
    short_sight,
    heavy,
    foresight,
)

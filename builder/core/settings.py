"""Settings declared once: checked values, and the facts that forms, help and errors are drawn from.

A layer, an optimizer, a loss and a data source are each one `Settings` class. Range, unit, help and default stand in
the pydantic `Field`; the unit under `json_schema_extra={"unit": ...}`, and there as `offers` what of the data may be
chosen.
"""

import math
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined

from builder.core.errors import Fix, Problem
from builder.core.ids import nearest
from builder.core.text import _, quote

Kind = Literal["int", "float", "bool", "choice", "pair", "ints", "text"]


def _times(n: int) -> BeforeValidator:
    """One number stands for all `n`."""

    def spread(value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return (value,) * n
        if isinstance(value, list | tuple):
            return tuple(value) * (n if len(value) == 1 else 1)
        return value

    return BeforeValidator(spread)


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Size = Annotated[int, Field(ge=1, le=65_536)]
Margin = Annotated[int, Field(ge=0, le=65_536)]
Pair = Annotated[tuple[Size, Size], _times(2)]  # height and width; one number stands for both
Margins = Annotated[tuple[Margin, Margin], _times(2)]
Triple = Annotated[tuple[Size, Size, Size], _times(3)]  # depth, height and width
Depths = Annotated[tuple[Margin, Margin, Margin], _times(3)]  # margins of depth, height and width
Sides = Annotated[tuple[Margin, Margin, Margin, Margin], _times(4)]  # left, right, top, bottom
Ints = Annotated[tuple[int, ...], BeforeValidator(_as_tuple), Field(max_length=16)]


class Settings(BaseModel):
    """Immutable, strictly typed values; unknown names are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())


@dataclass(frozen=True)
class Parameter:
    """What a form, a help page and a palette need to know of one setting."""

    name: str
    kind: Kind
    default: Any
    required: bool = False
    optional: bool = False  # may be None
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()  # the words of a choice, or those that stand beside a pair
    offers: str = ""  # what of the data a form may offer as words to choose from: "fields", "targets"


def parameters(settings: type[Settings]) -> tuple[Parameter, ...]:
    """The settings of a class, in the order of their declaration.

    A `Literal` of one value (a tag) is left out, and so are settings inside settings and mappings, which have forms of
    their own.
    """
    return tuple(_parameter(name, field) for name, field in settings.model_fields.items() if not _apart(field))


def _apart(field: FieldInfo) -> bool:
    alternatives = _alternatives(field.annotation)
    tag = get_origin(alternatives[0]) is Literal and len(get_args(alternatives[0])) == 1 and len(alternatives) == 1
    mapping = get_origin(alternatives[0]) is dict
    return tag or mapping or any(isinstance(a, type) and issubclass(a, BaseModel) for a in map(_bare, alternatives))


def _parameter(name: str, field: FieldInfo) -> Parameter:
    alternatives = _alternatives(field.annotation)
    choices = tuple(c for a in alternatives if get_origin(a) is Literal for c in get_args(a))
    plain = [a for a in alternatives if get_origin(a) is not Literal and a is not type(None)]
    kind = _kind(plain[0]) if plain else "choice"
    metadata = [*field.metadata, *_inner(plain)]
    limits = {k: getattr(m, k) for m in metadata for k in ("ge", "gt", "le", "lt") if hasattr(m, k)}
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    required = field.default is PydanticUndefined and field.default_factory is None
    return Parameter(
        name,
        kind,
        None if required else field.get_default(call_default_factory=True, validated_data={}),
        required=required,
        optional=type(None) in alternatives,
        minimum=limits.get("ge", limits.get("gt")),
        maximum=limits.get("le", limits.get("lt")),
        unit=str(extra.get("unit", "")),
        help=field.description or "",
        choices=choices,
        offers=str(extra.get("offers", "")),
    )


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for a in get_args(annotation) for inner in _alternatives(a)]
    return [annotation]


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _kind(annotation: Any) -> Kind:
    annotation = _bare(annotation)
    if get_origin(annotation) is tuple:
        return "pair" if len(get_args(annotation)) == 2 and Ellipsis not in get_args(annotation) else "ints"
    kinds: dict[Any, Kind] = {int: "int", float: "float", bool: "bool", str: "text"}
    return kinds[annotation]


def _inner(plain: list[Any]) -> list[Any]:
    """The limits that stand on the items of a pair, or on an annotated alternative."""
    found: list[Any] = []
    for annotation in plain:
        for part in (annotation, *get_args(_bare(annotation))):
            found += [m for a in get_args(part)[1:] for m in getattr(a, "metadata", [a])] if get_origin(part) else []
    return found


S = TypeVar("S", bound=BaseModel)


def parse(
    settings: type[S], values: Mapping[str, Any], *, what: str, node: str | None = None
) -> tuple[S | None, list[Problem]]:
    """Check `values` against a settings class.

    `what` names the owner in sentences (`Conv2d "conv1"`, `recipe`). Returns the settings, or None with a problem for
    each value that is wrong.
    """
    try:
        return settings.model_validate(dict(values)), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)[:20]
        problems = [_problem(settings, detail, values, what, node) for detail in details]
        return None, list({problem.message: problem for problem in problems}.values())


def _problem(
    settings: type[BaseModel], detail: ErrorDetails, values: Mapping[str, Any], what: str, node: str | None
) -> Problem:
    """One of pydantic's findings in our words, with the value and, where one is known, the fix."""
    path = [part for part in detail["loc"] if isinstance(part, str)]
    name = path[0] if path else ""
    if detail["type"] == "extra_forbidden" and len(path) == 1:
        return _unknown(settings, name, values, what, node)
    code, text, better = _finding(settings, path, detail)
    dotted = name if len(path) < 2 else f"{name}.{path[-1]}"  # parts between are tags of a choice
    fix = _set(node, name, better) if node and better is not None and len(detail["loc"]) == 1 else None
    return Problem(code, f"{what}: {dotted} {text}.", node, name or None, fix=fix)


def _unknown(settings: type[BaseModel], name: str, values: Mapping[str, Any], what: str, node: str | None) -> Problem:
    guess = nearest(name, settings.model_fields)
    hint = _('Did you mean "{guess}"?').format(guess=guess) if guess else _("Remove it.")
    text = _("{what} has no {name}. {hint}").format(what=what, name=quote(name), hint=hint)
    return Problem("G-FIELD", text, node, name, fix=_rename(node, name, guess, values) if node else None)


def _finding(settings: type[BaseModel], path: list[str], detail: ErrorDetails) -> tuple[str, str, Any]:
    """Code, words and a better value for one finding."""
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind == "finite_number" or (isinstance(value, float) and not math.isfinite(value)):
        return "G-NUMBER", _("must be a normal number"), None
    shown = f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else quote(value)
    words = {
        "le": _("is {value}; the most is {limit}"),
        "ge": _("is {value}; the least is {limit}"),
        "lt": _("is {value}; it must be less than {limit}"),
        "gt": _("is {value}; it must be more than {limit}"),
    }
    for bound, text in words.items():
        if bound in context:
            limit = context[bound]
            return "G-RANGE", text.format(value=shown, limit=f"{limit:,}"), limit if bound in ("le", "ge") else None
    if kind == "literal_error" and len(path) == 1:
        choices = _choices(settings, path[0])
        text = _("is {value}; it must be one of {choices}").format(value=shown, choices=", ".join(choices))
        return "G-FIELD", text, nearest(str(value), choices)
    if kind == "union_tag_invalid":
        tags = str(context["expected_tags"]).replace("'", "")
        text = _("is {value}; it must be one of {choices}")
        given = value.get("type", "") if isinstance(value, Mapping) else value
        return "G-FIELD", text.format(value=quote(given), choices=tags), None
    if kind == "missing":
        return "G-FIELD", _("must be given"), None
    return "G-FIELD", _("is {value}; {reason}").format(value=shown, reason=_reason(kind, detail["msg"])), None


def _choices(settings: type[BaseModel], name: str) -> tuple[str, ...]:
    field = settings.model_fields.get(name)
    found = [a for a in _alternatives(field.annotation) if get_origin(a) is Literal] if field else []
    return tuple(str(c) for a in found for c in get_args(a))


def _reason(kind: str, fallback: str) -> str:
    reasons = {
        "int_type": _("it must be a whole number"),
        "int_from_float": _("it must be a whole number"),
        "float_type": _("it must be a number"),
        "bool_type": _("it must be true or false"),
        "string_type": _("it must be text"),
        "tuple_type": _("it must be a number or a list of numbers"),
    }
    return reasons.get(kind, fallback[:1].lower() + fallback[1:])


def _set(node: str | None, name: str, value: Any) -> Fix:
    label = _("Set {name} to {value}").format(name=name, value=value)
    return Fix(label, ({"op": "set_params", "node": node, "params": {name: value}},))


def _rename(node: str | None, name: str, guess: str | None, values: Mapping[str, Any]) -> Fix:
    params = {} if guess is None or guess in values else {guess: values[name]}
    label = _("Rename it to {guess}").format(guess=guess) if params else _("Remove it")
    return Fix(label, ({"op": "set_params", "node": node, "params": params, "reset": [name]},))

"""Settings declared once: checked values, and the facts that forms, help and errors are drawn from.

A layer, an optimizer, a loss and a data source are each one `Settings` class. Range, unit, help and default stand in
the pydantic `Field`; the unit under `json_schema_extra={"unit": ...}`, and there `"advanced": True` for what is seldom
needed, and as `offers` what of the data may be chosen.
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

Kind = Literal["int", "float", "bool", "choice", "pair", "ints", "floats", "text"]


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
Floats = Annotated[tuple[float, ...], BeforeValidator(_as_tuple), Field(max_length=16)]


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
    advanced: bool = False  # seldom needed
    offers: str = ""  # what of the data a form may offer as words to choose from: "fields", "targets", "columns"


def parameters(settings: type[Settings]) -> tuple[Parameter, ...]:
    """The settings of a class, in the order of their declaration, advanced ones last.

    A `Literal` of one value (a tag) is left out, and so are settings inside settings and mappings, which have forms of
    their own.
    """
    found = (_parameter(name, field) for name, field in settings.model_fields.items() if not _apart(field))
    return tuple(sorted(found, key=lambda parameter: parameter.advanced))


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
        advanced=bool(extra.get("advanced")),
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
        items = get_args(annotation)
        if len(items) == 2 and Ellipsis not in items:
            return "pair"
        return "floats" if items[0] is float else "ints"
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
    settings: type[S], values: Mapping[str, Any], *, what: str, node: str | None = None, edit: str = ""
) -> tuple[S | None, list[Problem]]:
    """Check `values` against a settings class.

    `what` names the owner in sentences (`Conv2d "conv1"`, `recipe`). Returns the settings, or None with a problem for
    each value that is wrong. Fixes change the parameters of `node`, or are an `edit` of this kind: `set_recipe`.
    """
    try:
        return settings.model_validate(dict(values)), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True)[:20]
        change = _Change(node, edit)
        problems = [_problem(settings, detail, values, what, change) for detail in details]
        return None, list({problem.message: problem for problem in problems}.values())


@dataclass(frozen=True)
class _Change:
    """How wrong values are changed: as parameters of a node, or as values of the recipe or the data."""

    node: str | None
    edit: str

    def fix(self, label: str, values: Mapping[str, Any], reset: tuple[str, ...] = ()) -> Fix | None:
        """A fix that sets values, and takes others back to their defaults."""
        if self.node is not None:
            edit: dict[str, Any] = {"op": "set_params", "node": self.node, "params": dict(values)}
            return Fix(label, ({**edit, "reset": list(reset)} if reset else edit,))
        if not self.edit:
            return None
        return Fix(label, ({"op": self.edit, "values": {**values, **dict.fromkeys(reset)}},))


def _problem(
    settings: type[BaseModel], detail: ErrorDetails, values: Mapping[str, Any], what: str, change: _Change
) -> Problem:
    """One of pydantic's findings in our words, with the value and, where one is known, the fix."""
    path = [part for part in detail["loc"] if isinstance(part, str)]
    name = path[0] if path else ""
    if detail["type"] == "extra_forbidden" and len(path) in (1, 3):
        return _unknown(settings, path, values, what, change)
    code, text, better = _finding(settings, path, detail)
    dotted = name if len(path) < 2 else f"{name}.{path[-1]}"  # parts between are tags of a choice
    fix = _better(settings, path, detail, values, better, change)
    return Problem(code, f"{what}: {dotted} {text}.", change.node, name or None, fix=fix)


def _better(
    settings: type[BaseModel], path: list[str], detail: ErrorDetails, values: Mapping[str, Any], better: Any,
    change: _Change,
) -> Fix | None:  # fmt: skip
    """Set the better value that is known, or else take the default."""
    label = _("Set {name} to {value}")
    deep = len(path) == 3 and isinstance(values.get(path[0]), Mapping)  # a setting inside a setting
    if better is not None and (deep or len(detail["loc"]) == 1):
        value = {**values[path[0]], path[-1]: better} if deep else better
        shown = better["type"] if isinstance(better, Mapping) else better
        return change.fix(label.format(name=path[-1], value=shown), {path[0]: value})
    field = settings.model_fields.get(path[0]) if path else None
    if field is None or field.is_required():
        return None
    return change.fix(_("Set {name} to its default").format(name=path[0]), {}, (path[0],))


def _unknown(
    settings: type[BaseModel], path: list[str], values: Mapping[str, Any], what: str, change: _Change
) -> Problem:
    """A name that is not one, here or in a setting inside."""
    name, owner = path[-1], values
    if len(path) == 3:
        what, owner = f"{what}: {path[0]}", values[path[0]]
        settings = _tagged(settings, path[0], path[1]) or settings
    guess = nearest(name, settings.model_fields)
    hint = _('Did you mean "{guess}"?').format(guess=guess) if guess else _("Remove it.")
    text = _("{what} has no {name}. {hint}").format(what=what, name=quote(name), hint=hint)
    params = {} if guess is None or guess in owner else {guess: owner[name]}
    label = _("Rename it to {guess}").format(guess=guess) if params else _("Remove it")
    if len(path) == 1:
        fix = change.fix(label, params, (name,))
    else:
        fix = change.fix(label, {path[0]: {**{k: v for k, v in owner.items() if k != name}, **params}})
    return Problem("G-FIELD", text, change.node, path[0], fix=fix)


def _tagged(settings: type[BaseModel], name: str, tag: str) -> type[BaseModel] | None:
    """The settings inside a setting that have this tag."""
    field = settings.model_fields.get(name)
    inner = [_bare(a) for a in _alternatives(field.annotation)] if field else []
    models = (a for a in inner if isinstance(a, type) and issubclass(a, BaseModel) and "type" in a.model_fields)
    return next((model for model in models if model.model_fields["type"].default == tag), None)


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
        guess = nearest(str(given), tags.split(", "))
        better = {"type": guess} if guess else None
        return "G-FIELD", text.format(value=quote(given), choices=tags), better
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

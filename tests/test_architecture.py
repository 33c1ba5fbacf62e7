"""The rules of the code's shape, read from the code itself."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parent.parent
# a part may import those in the lines above its own, never those beside or below it
ORDER = (
    ("core",), ("layers",), ("graph",), ("blocks",), ("examples",), ("data",), ("compiler",), ("runs",), ("training",),
    ("evaluation",), ("prediction",), ("export",), ("importing",), ("cli",), ("__main__",),
    ("live",), ("canvas",), ("ui",),
    ("pages", "app"),
)  # fmt: skip
RANK = {part: rank for rank, parts in enumerate(ORDER) for part in parts}
LOOKING = {"core", "layers", "graph", "blocks", "examples", "runs"}
BROWSER = {"canvas", "live", "ui", "pages", "app"}
FILES = sorted(
    path
    for path in (*(ROOT / "builder").rglob("*.py"), *(ROOT / "pages").glob("*.py"), *ROOT.glob("*.py"))
    if not {"node_modules", "templates"} & set(path.parts)
)
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
LINES = {name: (ROOT / name).read_text(encoding="utf-8").splitlines() for name in TREES}
PACKAGE = {name: tree for name, tree in TREES.items() if name != "builder/__init__.py"}

MOST_LINES = 500
MOST_OF_A_FUNCTION = 60

# what must not be used, and the files that may
FORBIDDEN = {
    r"\bunsafe_allow_html\b": (),
    r"\bst\.html\(": (),
    r"(?<!safetensors\.)\btorch\.load\(": ("builder/training/pretrained.py",),  # torchvision's own, by their hash
    r"\ballow_pickle=True": (),
    r"(?<![\w.])pickle\b": ("builder/data/sources/cifar.py", "builder/training/pretrained.py"),
    r"(?<![\w.])exec\(": ("builder/compiler/model.py",),
    r"(?<![\w.])eval\(": ("builder/compiler/trace.py",),
    r"(?<![\w.])__import__\(": (),
    r"\bshell=True": (),
    r"\bextractall\(": (),
    r"\byaml\.load\(": (),
}


def part(module: str) -> str:
    """`compiler` of `builder.compiler.check`, `pages` of `pages/build.py`, `app` of `app.py`."""
    words = re.split(r"[./]", module.removesuffix(".py"))
    return words[1] if words[0] == "builder" and len(words) > 1 else words[0]


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every import statement with each module that it names."""
    for item in ast.walk(tree):
        if isinstance(item, ast.Import):
            yield from ((item, alias.name) for alias in item.names)
        elif isinstance(item, ast.ImportFrom):
            assert item.level == 0
            module = item.module or ""
            # `from builder import ui` names a part behind the word import
            yield from ((item, f"builder.{alias.name}" if module == "builder" else module) for alias in item.names)


def outer(tree: ast.Module) -> Iterator[str]:
    """The outermost names of the modules imported when a file is."""
    inside = {inner for item in ast.walk(tree) if is_function(item) for inner, _name in imports(item)}
    yield from (name.split(".")[0] for item, name in imports(tree) if item not in inside)


def is_function(item: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)


def ours(module: str) -> bool:
    """Whether a module belongs to a part; `builder` itself, with its version, does not."""
    return module.split(".")[0] in ("builder", "pages", "app") and part(module) in RANK


def test_every_part_has_its_place() -> None:
    assert {part(name) for name in PACKAGE} <= set(RANK)
    assert len(FILES) > 50


def test_imports_point_down() -> None:
    assert [
        f"{name}:{item.lineno} imports {module}"
        for name, tree in PACKAGE.items()
        for item, module in imports(tree)
        if ours(module) and part(name) != part(module) and RANK[part(module)] >= RANK[part(name)]
    ] == []


def test_imports_stand_at_the_top_or_say_why_not() -> None:
    """A comment on the line or above it, or at the first of several lines that follow each other, is the reason."""
    without = []
    for name, tree in PACKAGE.items():
        for function in filter(is_function, ast.walk(tree)):
            found = sorted({item.lineno for item, _module in imports(function)})
            for before, line in pairwise([-1, *found]):
                above, text = LINES[name][line - 2 : line]
                said = (
                    "#" in text or above.strip().startswith("#") or line <= before + 2
                )  # a blank line may part groups
                without += [] if said else [f"{name}:{line} {text.strip()}"]
    assert without == []


def test_only_what_is_seen_knows_streamlit() -> None:
    inner = {name: tree for name, tree in PACKAGE.items() if part(name) not in BROWSER}
    assert [name for name, tree in inner.items() for _item, m in imports(tree) if m.split(".")[0] == "streamlit"] == []


def test_what_is_slow_to_import_waits_until_it_is_needed() -> None:
    """Looking at networks and runs needs no torch; describing data needs neither scikit-learn nor torchvision."""
    slow = {"torch", "sklearn", "torchvision", "safetensors"}
    assert [
        f"{name} imports {', '.join(found)}"
        for name, tree in PACKAGE.items()
        if (part(name) in LOOKING and (found := slow & set(outer(tree))))
        or (part(name) == "data" and (found := {"sklearn", "torchvision"} & set(outer(tree))))
    ] == []


def test_what_only_looks_brings_no_torch_along() -> None:
    """Not even through what it imports."""
    names = [
        name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for name in PACKAGE
        if part(name) in LOOKING
    ]
    code = f"import importlib, sys; [importlib.import_module(n) for n in {names!r}]; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout.strip(), done.stderr) == ("False", "")


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str, ast.expr]]:
    """Every call with the last word of its name and its first argument."""
    for item in ast.walk(tree):
        if isinstance(item, ast.Call) and item.args:
            called = item.func.attr if isinstance(item.func, ast.Attribute) else getattr(item.func, "id", "")
            yield item, called, item.args[0]


def test_codes_have_their_form() -> None:
    """One of the letters G I T A Z M R S P X L, a hyphen, one word."""
    codes = {
        f"{name}:{call.lineno}": first.value
        for name, tree in TREES.items()
        for call, called, first in calls(tree)
        if called in ("Error", "Problem") and isinstance(first, ast.Constant)
    }
    assert len(codes) > 50
    assert {k: v for k, v in codes.items() if not re.fullmatch(r"[GITAZMRSPXLD]-[A-Z]+", str(v))} == {}


def test_sentences_are_translated_before_they_are_filled() -> None:
    """`_(f"...")` would look up a sentence that no translator has seen."""
    assert [
        f"{name}:{call.lineno}"
        for name, tree in TREES.items()
        for call, called, first in calls(tree)
        if called == "_" and isinstance(first, ast.JoinedStr | ast.BinOp)
    ] == []


def test_what_is_dangerous_stays_where_it_is_guarded() -> None:
    assert [
        f"{name}:{number}: {line.strip()}"
        for name, lines in LINES.items()
        for number, line in enumerate(lines, 1)
        for pattern, allowed in FORBIDDEN.items()
        if name not in allowed and re.search(pattern, line.split("#")[0])
    ] == []


def test_an_idea_fits_on_a_screen() -> None:
    """A file says what it is for and needs no scroll bar; a function is read at one glance."""
    assert [name for name, tree in TREES.items() if tree.body and not ast.get_docstring(tree)] == []
    assert [f"{name}: {len(lines)} lines" for name, lines in LINES.items() if len(lines) > MOST_LINES] == []
    functions = [(name, item) for name, tree in TREES.items() for item in ast.walk(tree) if is_function(item)]
    assert [f"{name}:{f.lineno}" for name, f in functions if (f.end_lineno or 0) - f.lineno >= MOST_OF_A_FUNCTION] == []


def test_no_file_is_named_after_nothing() -> None:
    names = {Path(name).stem for name in TREES} | {part(name) for name in TREES}
    assert not names & {"utils", "util", "helpers", "helper", "manager", "common", "misc"}

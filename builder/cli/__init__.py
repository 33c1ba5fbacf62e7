"""The command `netbuilder`: all that the pages do, on the same functions.

torch takes seconds to import, so the modules of this package import it, and what needs it, inside the commands that
build or run a network.
"""

import inspect
import os
import sys
import traceback

import typer

from builder.cli import bench, importing, networks, runs, train, use
from builder.cli.terminal import complain, note
from builder.core.errors import Error, internal, reference
from builder.core.files import home
from builder.core.text import _

app = typer.Typer(
    help=_("Build, train and use neural networks, and keep the PyTorch code."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (
    networks.layers,
    networks.examples,
    networks.check,
    networks.source,
    networks.data,
    train.train,
    runs.runs,
    runs.show,
    runs.stop,
    runs.pause,
    runs.resume,
    runs.delete,
    use.evaluate,
    use.predict,
    use.export,
    bench.bench_examples,
):
    app.command(help=_(inspect.getdoc(command) or ""))(command)
# the word is Python's own, so the function's name has a line behind it
app.command("import", help=_(inspect.getdoc(importing.import_) or ""))(importing.import_)


def main() -> None:
    """Run the command line. Problems go to standard error with exit status 1, wrong usage with 2."""
    for stream in (sys.stdout, sys.stderr):
        # half of a surrogate pair in somebody's text has no UTF-8 form; as an escape it is valid JSON too
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(prog_name="netbuilder")
    except Error as error:
        note(str(error))
        sys.exit(1)
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception:
        ref = reference()
        log = home() / "logs" / f"{ref}.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(traceback.format_exc(), "utf-8", "backslashreplace")
        complain([internal(ref)])
        sys.exit(1)

"""Arguments and options that several commands share."""

from typing import Annotated

import typer

from builder.core.text import _

File = Annotated[str, typer.Argument(metavar="FILE", help=_("A network's file, or the name of an example."))]
RunName = Annotated[str, typer.Argument(metavar="RUN", help=_("A run's id, the start of it, or its name."))]
Json = Annotated[bool, typer.Option("--json", help=_("Print one JSON document."))]

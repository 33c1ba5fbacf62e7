"""Samples as everything uses them: loaded by their source, with what is wrong left out as the settings consent."""

from builder.core.errors import Error, Fix, Problem
from builder.core.text import _
from builder.data.copies import without_copies
from builder.data.sources.source import Progress, Samples, Source, quiet, require_parts

# what a source says of a file that it could not use and left out
UNREADABLE = frozenset({"I-BAD", "I-TYPE", "I-PIXELS", "I-SHAPE", "A-BAD", "A-TYPE", "A-LONG", "A-NUMBER", "L-SIZE"})


def load(source: Source, progress: Progress = quiet) -> Samples:
    """The samples of a source.

    Raises: Error of the source, and of every file that cannot be read until the setting `skip_unreadable` consents.
    """
    samples = source.load(progress)
    found = unreadable(samples)
    if found and not source.skip_unreadable:
        raise Error.of([_asking(found), *found])
    if source.duplicates == "drop":
        samples = without_copies(samples)
        require_parts(samples.parts)
    return samples


def unreadable(samples: Samples) -> list[Problem]:
    """What was said of each file that could not be read."""
    return [notice for notice in samples.notices if notice.code in UNREADABLE and notice.severity == "warning"]


def _asking(found: list[Problem]) -> Problem:
    text = _("{n} files cannot be read. They are listed below: mend them, or agree to go on without them.")
    if len(found) == 1:
        text = _("A file cannot be read. It is named below: mend it, or agree to go on without it.")
    fix = Fix(_("Go on without them"), ({"op": "set_data", "values": {"skip_unreadable": True}},))
    return Problem(found[0].code, text.format(n=len(found)), param="skip_unreadable", fix=fix)

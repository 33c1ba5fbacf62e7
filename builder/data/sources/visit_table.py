"""Visits to places to eat, in English and Chinese, written for this project."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from builder.data.sources.cells import Cells, read_cells
from builder.data.sources.places import identity
from builder.data.sources.roles import Role
from builder.data.sources.source import Progress, quiet
from builder.data.sources.table import ColumnsSource

TABLE = Path(__file__).parent / "visits" / "visits.csv"
ROLES: dict[str, Role] = {
    "note": "text",
    "place": "category",
    "minutes": "number",
    "price": "number",
    "guests": "number",
    "again": "target_category",
    "rating": "target_number",
}


class Visits(ColumnsSource):
    """What guests noted, how long they waited and what they paid; whether they come again, and their rating.

    The notes are put together from phrases of our own by `docs/visits.py`, which says how the rating follows.
    """

    title: ClassVar[str] = "Visits"
    about: ClassVar[str] = (
        "720 visits to cafés and noodle bars: a note in English or Chinese, the waiting and the price. "
        "Will the guest come again, and what is the rating? Here at once."
    )
    generated: ClassVar[bool] = True

    source: Literal["visits"] = "visits"
    columns: dict[str, Role] = Field(ROLES, description="The role of a column; those that are not named are guessed.")
    max_length: int = Field(
        32, ge=1, le=4096, description="Longer texts lose their end.", json_schema_extra={"unit": "tokens"}
    )
    vocabulary_size: int = Field(
        2_000, ge=3, le=1_000_000, description="The most different tokens.", json_schema_extra={"unit": "tokens"}
    )

    def cells(self, progress: Progress = quiet) -> Cells:
        return read_cells(((None, identity(TABLE)),), ",", "utf-8", True, progress)

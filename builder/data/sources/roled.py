"""Sources of tables whose columns have roles: guessed, shown, and changed by the setting `columns`."""

from abc import abstractmethod

from builder.data.sources.roles import ColumnFacts
from builder.data.sources.source import Source


class RoledSource(Source):
    """A table of which each column has a role; the setting `columns` holds those that are not guessed."""

    @abstractmethod
    def facts(self) -> tuple[ColumnFacts, ...]:
        """Every column with its role. Raises: Error of the table."""

    @abstractmethod
    def titles(self) -> dict[str, str]:
        """The roles as people read them."""

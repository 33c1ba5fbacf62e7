"""The small tables that ship with scikit-learn."""

from functools import lru_cache
from typing import ClassVar, Literal

from pydantic import Field

from builder.data.sources.cells import Cells, cells_of
from builder.data.sources.roles import Role
from builder.data.sources.source import Progress, quiet
from builder.data.sources.table import ReadyTable


class Iris(ReadyTable):
    """150 irises of three species by the length and width of their sepals and petals.

    Source: sklearn.datasets.load_iris; Fisher 1936.
    """

    title: ClassVar[str] = "Iris"
    about: ClassVar[str] = "150 flowers of three species, told apart by four lengths. Here at once."

    source: Literal["iris"] = "iris"
    columns: dict[str, Role] = Field({"species": "target_category"}, description="The role of a column.")

    def cells(self, progress: Progress = quiet) -> Cells:
        return _cells("iris", "species", named=True)


class Wine(ReadyTable):
    """178 wines of three growers by thirteen measurements.

    Source: sklearn.datasets.load_wine; UCI "Wine".
    """

    title: ClassVar[str] = "Wine"
    about: ClassVar[str] = "178 wines of three growers, told apart by thirteen measurements. Here at once."

    source: Literal["wine"] = "wine"
    columns: dict[str, Role] = Field({"grower": "target_category"}, description="The role of a column.")

    def cells(self, progress: Progress = quiet) -> Cells:
        return _cells("wine", "grower", named=True)


class BreastCancer(ReadyTable):
    """569 tumours, benign or malignant, by thirty measurements of their cells.

    Source: sklearn.datasets.load_breast_cancer; UCI "Breast Cancer Wisconsin (Diagnostic)".
    """

    title: ClassVar[str] = "Breast cancer"
    about: ClassVar[str] = "569 tumours, benign or malignant, by thirty measurements of their cells. Here at once."

    source: Literal["breast-cancer"] = "breast-cancer"
    columns: dict[str, Role] = Field({"diagnosis": "target_yes_no"}, description="The role of a column.")

    def cells(self, progress: Progress = quiet) -> Cells:
        return _cells("breast_cancer", "diagnosis", named=True)


class Diabetes(ReadyTable):
    """442 patients: how far the illness went in a year, by ten measurements.

    Source: sklearn.datasets.load_diabetes; Efron et al. 2004.
    """

    title: ClassVar[str] = "Diabetes"
    about: ClassVar[str] = "442 patients: how far the illness went in a year, by ten measurements. Here at once."

    source: Literal["diabetes"] = "diabetes"
    columns: dict[str, Role] = Field({"progression": "target_number"}, description="The role of a column.")

    def cells(self, progress: Progress = quiet) -> Cells:
        return _cells("diabetes", "progression", named=False)


@lru_cache(maxsize=4)
def _cells(name: str, target: str, named: bool) -> Cells:
    # slow to import, and needed by nobody else
    from sklearn import datasets

    own = {"scaled": False} if name == "diabetes" else {}
    found = getattr(datasets, f"load_{name}")(**own)
    values = found.target.tolist()
    columns: dict[str, list[object]] = {
        column.removesuffix(" (cm)"): found.data[:, at].tolist() for at, column in enumerate(found.feature_names)
    }
    return cells_of({**columns, target: [str(found.target_names[value]) for value in values] if named else values})

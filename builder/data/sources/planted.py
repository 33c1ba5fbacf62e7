"""Tables that are made here, with a structure that a network can find; the same on every machine."""

from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from builder.data.sources.cells import Cells, cells_of
from builder.data.sources.roles import Role
from builder.data.sources.source import Progress, quiet
from builder.data.sources.table import ReadyTable

Numbers = NDArray[np.float64]
# each with its middle, and what it makes of a price
DISTRICTS = {
    "harbour": (2.0, 7.0, 1.35), "old town": (6.0, 6.0, 1.25), "hills": (8.0, 2.0, 1.1), "plain": (3.0, 2.0, 0.8),
}  # fmt: skip
# each with the log-odds that it adds to a high income
SCHOOLS = {"none": -1.6, "school": -0.7, "college": 0.3, "university": 1.1, "doctorate": 1.9}
WORK = {
    "clerk": -0.3, "driver": -0.5, "cook": -0.7, "nurse": 0.1, "teacher": 0.3, "engineer": 0.9, "manager": 1.2,
    "farmer": -0.8, "seller": -0.2, "guard": -0.4, "lawyer": 1.3, "artist": -0.6,
}  # fmt: skip
HOMES = {"alone": -0.4, "with a partner": 0.9, "with parents": -1.5, "with children": 0.2}
REGIONS = {f"region {number:02}": 0.6 * np.sin(number * 1.7) for number in range(1, 25)}


class HousePrices(ReadyTable):
    """4,000 houses of a made-up town: where they stand, how large and how old they are, and the price.

    The price grows with the rooms and with what people earn nearby, falls with age but for the very old, and depends on
    the district and on the way to its middle; a part of it is chance. Some values are missing.
    """

    title: ClassVar[str] = "House prices"
    about: ClassVar[str] = "4,000 houses of a made-up town: ten columns, a category and missing values. Made here."
    generated: ClassVar[bool] = True

    source: Literal["house-prices"] = "house-prices"
    columns: dict[str, Role] = Field({"price": "target_number"}, description="The role of a column.")

    def cells(self, progress: Progress = quiet) -> Cells:
        return _houses()


class Census(ReadyTable):
    """8,000 people of a made-up country, and whether each earns much.

    The odds follow from school, work, home, region, age and hours, partly from school and work together; some of it is
    chance. Some jobs are unknown.
    """

    title: ClassVar[str] = "Census"
    about: ClassVar[str] = (
        "8,000 made-up people: does someone earn much? Numbers, and categories of up to 24 words. Made here."
    )
    generated: ClassVar[bool] = True

    source: Literal["census"] = "census"
    columns: dict[str, Role] = Field({"income": "target_yes_no"}, description="The role of a column.")

    def cells(self, progress: Progress = quiet) -> Cells:
        return _people()


@lru_cache(maxsize=1)
def _houses() -> Cells:
    random = np.random.default_rng(7)
    n = 4_000
    names = list(DISTRICTS)
    district = random.choice(len(names), n, p=[0.2, 0.2, 0.2, 0.4])
    middle = np.array([DISTRICTS[name][:2] for name in names])[district]
    x, y = (middle + random.normal(0, 1.1, (n, 2))).T
    area = random.gamma(9, 13, n) + 25
    rooms = np.clip(np.round(area / 24 + random.normal(0, 0.8, n)), 1, 12)
    age = np.round(random.gamma(2, 18, n))
    income = np.clip(random.lognormal(1.2, 0.35, n) * np.array([1.2, 1.1, 1.3, 0.8])[district], 0.5, 15)
    way = np.hypot(x - 5, y - 5)
    old = 1 - 0.006 * np.minimum(age, 60) + 0.004 * np.maximum(age - 90, 0)
    factor = np.array([DISTRICTS[name][2] for name in names])[district]
    price = 900 * area**0.9 * old * factor * (0.5 + income / 6) * np.exp(-way / 9) * (1 + 0.02 * rooms)
    price *= random.lognormal(0, 0.16, n)
    return cells_of({
        "longitude": _rounded(x, 2), "latitude": _rounded(y, 2), "age": _rounded(age, 0),
        "area": _rounded(area, 0), "rooms": _holes(random, _rounded(rooms, 0), 0.06),
        "people": _rounded(np.clip(np.round(rooms * random.uniform(0.3, 0.9, n)), 1, 9), 0),
        "garden": _rounded(np.where(random.random(n) < 0.6, random.gamma(2, 120, n), 0), 0),
        "income": _holes(random, _rounded(income, 2), 0.04), "district": [names[at] for at in district],
        "price": _rounded(price, -2),
    })  # fmt: skip


@lru_cache(maxsize=1)
def _people() -> Cells:
    random = np.random.default_rng(11)
    n = 8_000
    age = np.clip(np.round(random.gamma(8, 5, n)), 17, 85)
    hours = np.clip(np.round(random.normal(39, 10, n)), 5, 80)
    gain = np.where(random.random(n) < 0.08, np.round(random.lognormal(8, 1, n)), 0)
    school = random.choice(len(SCHOOLS), n, p=[0.12, 0.38, 0.28, 0.18, 0.04])
    work, home, region = (random.integers(0, len(words), n) for words in (WORK, HOMES, REGIONS))
    odds = -1.9 - 0.002 * (age - 48) ** 2 + 0.05 * (hours - 40) + np.minimum(gain / 2500, 4)
    for words, places in ((SCHOOLS, school), (WORK, work), (HOMES, home), (REGIONS, region)):
        odds = odds + 1.5 * np.array(list(words.values()))[places]
    learned = np.array([value > 0.8 for value in WORK.values()])[work]
    odds = odds + np.where(learned & (school >= 3), 1.6, 0) - np.where(learned & (school <= 1), 1.2, 0)
    rich = random.random(n) < 1 / (1 + np.exp(-1.4 * odds))
    jobs = _holes(random, [list(WORK)[at] for at in work], 0.05)
    return cells_of({
        "age": _rounded(age, 0), "hours": _rounded(hours, 0), "gain": _rounded(gain, 0),
        "school": [list(SCHOOLS)[at] for at in school], "work": ["?" if job is None else job for job in jobs],
        "home": [list(HOMES)[at] for at in home], "region": [list(REGIONS)[at] for at in region],
        "income": ["high" if one else "average" for one in rich],
    })  # fmt: skip


def _rounded(values: Numbers, digits: int) -> list[Any]:
    found = np.round(values, digits)
    return [int(value) for value in found] if digits <= 0 else [float(value) for value in found]


def _holes(random: np.random.Generator, values: list[Any], share: float) -> list[Any]:
    """The values, of which about this share is missing."""
    return [
        None if missing else value for value, missing in zip(values, random.random(len(values)) < share, strict=True)
    ]

"""The data sources: a set of settings for each, found by its name in a document's `data`."""

from collections.abc import Mapping
from typing import Any

from builder.core.errors import Fix, Problem
from builder.core.ids import nearest
from builder.core.settings import parse
from builder.core.text import _, quote
from builder.data.sources.cifar import Cifar10, Cifar100
from builder.data.sources.conll import Conll
from builder.data.sources.digits import Digits
from builder.data.sources.flowers import Flowers
from builder.data.sources.headlines import Headlines
from builder.data.sources.image_folder import ImageFolder
from builder.data.sources.mnist import FashionMnist, Kmnist, Mnist
from builder.data.sources.named import NamedSentences
from builder.data.sources.parallel import Parallel
from builder.data.sources.phrases import Phrases
from builder.data.sources.planted import Census, HousePrices
from builder.data.sources.planted_ratings import PlantedRatings
from builder.data.sources.points import Moons, Spirals
from builder.data.sources.ratings_table import RatingsTable
from builder.data.sources.reviews import Reviews
from builder.data.sources.roled import RoledSource
from builder.data.sources.series_table import SeriesTable
from builder.data.sources.sine import Sine
from builder.data.sources.sklearn_tables import BreastCancer, Diabetes, Iris, Wine
from builder.data.sources.sound import SoundSource
from builder.data.sources.sound_files import Sounds
from builder.data.sources.source import ImageSource, Progress, Samples, Source, quiet
from builder.data.sources.speech import Speech
from builder.data.sources.spoken_digits import SpokenDigits, SpokenWords
from builder.data.sources.svhn import Svhn
from builder.data.sources.table import ColumnsSource, Table
from builder.data.sources.text import TextSource
from builder.data.sources.text_files import TextFiles
from builder.data.sources.text_table import TextTable
from builder.data.sources.visit_table import Visits
from builder.data.sources.xor import Xor

__all__ = [
    "SOURCES",
    "ColumnsSource",
    "ImageSource",
    "Progress",
    "RoledSource",
    "Samples",
    "SoundSource",
    "Source",
    "TextSource",
    "parse_source",
    "quiet",
]

SOURCES: dict[str, type[Source]] = {
    cls.model_fields["source"].default: cls
    for cls in (
        Digits,
        Mnist,
        FashionMnist,
        Kmnist,
        Cifar10,
        Cifar100,
        Svhn,
        Flowers,
        ImageFolder,
        TextTable,
        Table,
        Reviews,
        Visits,
        Xor,
        Moons,
        Spirals,
        Iris,
        Wine,
        BreastCancer,
        Diabetes,
        HousePrices,
        Census,
        Phrases,
        Parallel,
        Sine,
        PlantedRatings,
        RatingsTable,
        SeriesTable,
        Sounds,
        SpokenDigits,
        Conll,
        TextFiles,
        Headlines,
        NamedSentences,
        Speech,
        SpokenWords,
    )
}


def parse_source(data: Mapping[str, Any]) -> tuple[Source | None, list[Problem]]:
    """The source that a document's `data` describes, or None with what is wrong about it."""
    name = data.get("source")
    if name is None:
        text = _("No data is chosen. Set source to one of {names}.").format(names=", ".join(SOURCES))
        return None, [Problem("G-FIELD", text, param="source")]
    if not isinstance(name, str) or name not in SOURCES:
        guess = nearest(str(name), SOURCES)
        hint = (
            _('Did you mean "{guess}"?').format(guess=guess)
            if guess
            else _("There are {names}.").format(names=", ".join(SOURCES))
        )
        text = _("data: {name} is not a known source. {hint}").format(name=quote(name), hint=hint)
        edit = {"op": "set_data", "values": {"source": guess}}
        fix = Fix(_("Use {guess}").format(guess=guess), (edit,)) if guess else None
        return None, [Problem("G-FIELD", text, param="source", fix=fix)]
    return parse(SOURCES[name], data, what=_("data"), edit="set_data")

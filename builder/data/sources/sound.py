"""What every source of sounds has: how long and how fine a network hears them, and as what."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from builder.core.specs import Spec
from builder.data.fields import DataSpec, InputField, InputKind, Target
from builder.data.preparations.sound import mel_filters
from builder.data.sounds import MOST_SECONDS, Place
from builder.data.sources.augmentations import SoundAugmentation
from builder.data.sources.source import Source

MOST_MEMORY = 8_000_000_000  # bytes of decoded sounds


class SoundSource(Source):
    """Sounds of one length, as pictures of their pitches over time."""

    kind: ClassVar[InputKind] = "sound"

    seconds: float = Field(
        1.0,
        ge=0.05,
        le=MOST_SECONDS,
        description="What is heard of each sound: longer ones are cut, shorter ones filled with silence.",
        json_schema_extra={"unit": "s"},
    )
    place: Place = Field("centre", description="Whether the middle is kept and centred, or the start.")
    rate: int = Field(
        16_000,
        ge=1_000,
        le=48_000,
        description="Samples a second that sounds are brought to; pitches up to half of it are heard.",
        json_schema_extra={"unit": "Hz"},
    )
    features: Literal["log_mel", "mfcc"] = Field(
        "log_mel", description="Loudness in each band of pitch, or the shape of that in a few numbers (MFCC)."
    )
    bands: int = Field(40, ge=2, le=256, description="Bands of pitch, evenly spaced as the ear hears them.")
    coefficients: int = Field(
        20,
        ge=2,
        le=256,
        description="Numbers kept at each moment, with mfcc alone.",
        json_schema_extra={"advanced": True},
    )
    window: int = Field(
        25, ge=2, le=500, description="How much is heard at each moment.", json_schema_extra={"unit": "ms"}
    )
    hop: int = Field(10, ge=1, le=500, description="From one moment to the next.", json_schema_extra={"unit": "ms"})
    normalise: Literal["band", "all"] = Field(
        "band", description="By mean and spread of each band over the training part, or of all bands together."
    )
    augmentation: SoundAugmentation = Field(
        default_factory=SoundAugmentation, description="Random changes while training."
    )

    @property
    def length(self) -> int:
        """Samples of each sound."""
        return max(1, round(self.seconds * self.rate))

    def spec_of(self, target: Target) -> DataSpec:
        """The spec of sounds with this target."""
        settings = self.preparation()
        rows = settings["coefficients"] or self.bands
        spec = Spec((2, 1, rows, 1 + self.length // settings["hop"]), "float32", "N C H W")
        return DataSpec((InputField("sound", "sound", spec),), (target,))

    def preparation(self) -> dict[str, Any]:
        """What a preparation is told, in samples."""
        window = 2 * max(1, round(self.rate * self.window / 2000))
        return {
            "rate": self.rate,
            "seconds": self.seconds,
            "place": self.place,
            "window": window,
            "hop": max(1, round(self.rate * self.hop / 1000)),
            "filters": mel_filters(self.rate, window, self.bands),
            "coefficients": min(self.coefficients, self.bands) if self.features == "mfcc" else None,
        }

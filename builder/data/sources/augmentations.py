"""Which random changes training samples meet; `builder.data.augmentation` carries them out."""

from pydantic import Field, JsonValue

from builder.core.settings import Settings

MOMENTS: dict[str, JsonValue] = {"unit": "moments"}


class Augmentation(Settings):
    """Random changes of training samples, drawn anew for each sample in each epoch; the defaults change nothing."""

    @property
    def active(self) -> bool:
        """Whether anything is changed."""
        return self != type(self)()


class SoundAugmentation(Augmentation):
    """Random changes of sounds, made in their pictures of bands by moments."""

    shift: int = Field(
        0, ge=0, le=1000, description="Move by up to so many moments earlier or later.", json_schema_extra=MOMENTS
    )
    noise: float = Field(0.0, ge=0, le=2, description="Spread of the noise that is added, beside the data's own of 1.")
    time_mask: int = Field(
        0, ge=0, le=1000, description="Silence up to so many moments in a row (SpecAugment).", json_schema_extra=MOMENTS
    )
    band_mask: int = Field(
        0,
        ge=0,
        le=256,
        description="Silence up to so many neighbouring bands (SpecAugment).",
        json_schema_extra={"unit": "bands"},
    )


class ImageAugmentation(Augmentation):
    """Random changes of images."""

    flip: bool = Field(False, description="Mirror left and right, for half of the images.")
    crop: int = Field(
        0, ge=0, le=64, description="Shift by up to so many pixels each way.", json_schema_extra={"unit": "pixels"}
    )
    rotation: float = Field(
        0.0, ge=0, le=180, description="Turn by up to so much each way.", json_schema_extra={"unit": "degrees"}
    )

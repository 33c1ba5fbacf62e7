"""Which random changes training samples meet; `builder.data.augmentation` carries them out."""

from typing import Any

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


def _upto(most: float, description: str, **more: Any) -> Any:
    return Field(0.0, ge=0, le=most, description=description, **more)


class TableAugmentation(Augmentation):
    """Random changes of rows."""

    noise: float = _upto(2, "Spread of random noise on each number, in spreads of the number. Words stay as they are.")


class ImageAugmentation(Augmentation):
    """Random changes of images. What comes in from outside an image is the mean that preparation took off."""

    flip: bool = Field(False, description="Mirror left and right, for half of the images.")
    flip_vertical: bool = Field(False, description="Turn upside down, for half of the images.")
    crop: int = Field(
        0, ge=0, le=64, description="Shift by up to so many pixels each way.", json_schema_extra={"unit": "pixels"}
    )
    rotation: float = _upto(180, "Turn by up to so much each way.", json_schema_extra={"unit": "degrees"})
    scale: float = _upto(0.9, "Enlarge or shrink by up to this share.")
    translate: float = _upto(0.5, "Move by up to this share of the sides.")
    perspective: float = _upto(1, "Tilt as if seen from the side, by up to this share.")
    brightness: float = _upto(1, "Make lighter or darker by up to this share.")
    contrast: float = _upto(1, "Strengthen or weaken contrast by up to this share.")
    saturation: float = _upto(1, "Strengthen or weaken colours by up to this share.")
    hue: float = _upto(0.5, "Turn the circle of colours by up to this share.")
    noise: float = _upto(1, "Spread of random noise, as a share of the range from black to white.")
    cutout: int = Field(
        0, ge=0, le=512, description="Side of a square that is covered.", json_schema_extra={"unit": "pixels"}
    )
    mixup: float = _upto(
        10, "Mix each image and its class with another's, by a share drawn from Beta(mixup, mixup). Try 0.2."
    )
    cutmix: float = _upto(
        10, "Paste a piece of another image, and its share of the class, by Beta(cutmix, cutmix). Try 1."
    )

    @property
    def mixes(self) -> bool:
        """Whether samples get shares of several classes."""
        return bool(self.mixup or self.cutmix)


class TokenAugmentation(Augmentation):
    """Random changes of texts that leave each token in its place."""

    word_dropout: float = Field(0.0, ge=0, le=0.9, description="Share of the tokens that become unknown.")


class TextAugmentation(TokenAugmentation):
    """Random changes of texts."""

    swap: float = Field(0.0, ge=0, le=0.5, description="Share of neighbouring tokens that change places.")


class RowAugmentation(TextAugmentation):
    """Random changes of rows that may hold texts too."""

    noise: float = _upto(2, "Spread of random noise on each number, in spreads of the number. Words stay as they are.")

"""Which random changes training samples meet; `builder.data.augmentation` carries them out."""

from pydantic import Field

from builder.core.settings import Settings


class Augmentation(Settings):
    """Random changes of training samples, drawn anew for each sample in each epoch; the defaults change nothing."""

    @property
    def active(self) -> bool:
        """Whether anything is changed."""
        return self != type(self)()


class ImageAugmentation(Augmentation):
    """Random changes of images."""

    flip: bool = Field(False, description="Mirror left and right, for half of the images.")
    crop: int = Field(
        0, ge=0, le=64, description="Shift by up to so many pixels each way.", json_schema_extra={"unit": "pixels"}
    )
    rotation: float = Field(
        0.0, ge=0, le=180, description="Turn by up to so much each way.", json_schema_extra={"unit": "degrees"}
    )


class TokenAugmentation(Augmentation):
    """Random changes of texts that leave each token in its place."""

    word_dropout: float = Field(0.0, ge=0, le=0.9, description="Share of the tokens that become unknown.")


class TextAugmentation(TokenAugmentation):
    """Random changes of texts."""

    swap: float = Field(0.0, ge=0, le=0.5, description="Share of neighbouring tokens that change places.")

"""Ten spoken digits by made-up voices: a hum or a hiss, shaped by the resonances of a mouth that moves."""

from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from builder.data.fields import DataSpec, Target
from builder.data.sounds import Wave, sound_wave
from builder.data.sources.sound import SoundSource
from builder.data.sources.source import Progress, Samples, quiet, shortened
from builder.data.sources.text_target import TextTarget

CLASSES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
RATE = 8_000
SPEAKERS, TIMES = 6, 10  # each voice says each word so often
STEP = 80  # samples from one shape of the mouth to the next

# a sound: three resonances in Hz, how loud the voice is, how loud the hiss, the pitch of the hiss in Hz, and seconds
PHONES = {
    "a": ((730, 1090, 2440), 1.0, 0.0, 0, 0.11),
    "ah": ((640, 1190, 2390), 0.9, 0.0, 0, 0.09),
    "e": ((530, 1840, 2480), 1.0, 0.0, 0, 0.10),
    "ee": ((270, 2290, 3010), 0.9, 0.0, 0, 0.12),
    "i": ((390, 1990, 2550), 0.9, 0.0, 0, 0.08),
    "o": ((570, 840, 2410), 1.0, 0.0, 0, 0.12),
    "oo": ((300, 870, 2240), 0.9, 0.0, 0, 0.13),
    "w": ((300, 610, 2200), 0.6, 0.0, 0, 0.06),
    "r": ((310, 1060, 1380), 0.6, 0.0, 0, 0.06),
    "n": ((280, 1700, 2600), 0.35, 0.0, 0, 0.08),
    "v": ((300, 1100, 2300), 0.35, 0.05, 2600, 0.06),
    "z": ((300, 1700, 2500), 0.25, 0.25, 3600, 0.08),
    "s": ((300, 1700, 2500), 0.0, 0.35, 3600, 0.10),
    "f": ((300, 1100, 2300), 0.0, 0.15, 2400, 0.09),
    "th": ((300, 1400, 2500), 0.0, 0.12, 3000, 0.08),
    "-": ((300, 1500, 2500), 0.0, 0.0, 0, 0.05),  # the silence of a stop
    "t": ((300, 1700, 2600), 0.0, 0.45, 3300, 0.025),
    "k": ((300, 1900, 2300), 0.0, 0.40, 1900, 0.03),
}
WORDS = {
    "zero": "z i r o",
    "one": "w ah n",
    "two": "- t oo",
    "three": "th r ee",
    "four": "f o r",
    "five": "f a i v",
    "six": "s i - k s",
    "seven": "s e v ah n",
    "eight": "e i - t",
    "nine": "n a i n",
}


class SpokenDigits(SoundSource):
    """600 words, zero to nine, said ten times each by six made-up voices in a noisy room.

    Source: voices after Klatt 1980, doi:10.1121/1.383940, much simplified; vowels after Peterson & Barney 1952.
    """

    title: ClassVar[str] = "Spoken digits"
    about: ClassVar[str] = "600 spoken words, zero to nine, by six made-up voices. Here at once, trains in seconds."
    generated: ClassVar[bool] = True

    source: Literal["spoken-digits"] = "spoken-digits"

    @property
    def target(self) -> Target:
        """What is to be told of a word."""
        return Target("label", CLASSES)

    def spec(self) -> DataSpec:
        return self.spec_of(self.target)

    def load(self, progress: Progress = quiet) -> Samples:
        said, labels = spoken()
        rows, labels, parts = shortened(np.arange(len(labels)), labels, self.divided(labels, CLASSES))
        waves = np.stack([sound_wave(said[row], RATE, self.rate, self.seconds, self.place) for row in rows])
        answers = np.array(CLASSES, object)[labels] if self.target.kind == "text" else labels
        return Samples.single(self.spec(), waves, answers, parts)


class SpokenWords(TextTarget, SpokenDigits):
    """The same words, to be spelled letter by letter.

    Source: as `SpokenDigits`.
    """

    title: ClassVar[str] = "Spoken words"
    about: ClassVar[str] = "600 spoken words by six made-up voices, to be written down letter by letter. Here at once."
    generated: ClassVar[bool] = True

    source: Literal["spoken-words"] = "spoken-words"  # type: ignore[assignment]
    target_max_length: int = Field(
        8, ge=1, le=4095, description="Longer answers lose their end.", json_schema_extra={"unit": "tokens"}
    )
    target_vocabulary_size: int = Field(
        32, ge=5, le=1_000_000, description="The most different tokens of answers.",
        json_schema_extra={"unit": "tokens"},
    )  # fmt: skip

    @property
    def target(self) -> Target:
        return self.text_target("text")


@lru_cache(maxsize=1)
def spoken() -> tuple[list[Wave], NDArray[np.int64]]:
    """All words at 8 kHz, and which they are; the same on every machine."""
    waves = [
        speak(word, speaker, time)
        for speaker in range(SPEAKERS)
        for time in range(TIMES)
        for word in range(len(CLASSES))
    ]
    return waves, np.tile(np.arange(len(CLASSES), dtype=np.int64), SPEAKERS * TIMES)


def speak(word: int, speaker: int, time: int) -> Wave:
    """A word by a voice, never twice the same."""
    voice = np.random.default_rng([7, speaker])
    pitch, mouth, tempo = voice.uniform(90, 230), voice.uniform(0.9, 1.15), voice.uniform(0.85, 1.2)
    chance = np.random.default_rng([7, speaker, word, time])
    shapes = _movement(WORDS[CLASSES[word]].split(), tempo * chance.uniform(0.9, 1.12), chance)
    resonances, loud, hiss, centre = shapes[:, :3] * mouth, shapes[:, 3], shapes[:, 4], shapes[:, 5] * mouth
    samples = STEP * len(shapes)
    at = np.arange(samples) / STEP
    melody = pitch * chance.uniform(0.92, 1.08) * np.linspace(1.08, 0.88, samples)
    phase = 2 * np.pi * np.cumsum(melody) / RATE
    sound = np.zeros(samples)
    for harmonic in range(1, int(RATE / 2 / melody.max()) + 1):
        heights = harmonic * melody[::STEP, None]
        # each resonance passes what is near to it, the higher ones less
        passed = (np.array([1.0, 0.6, 0.35]) / (1 + ((heights - resonances) / (60 + 0.06 * resonances)) ** 2)).sum(
            axis=1
        )
        sound += np.interp(at, np.arange(len(shapes)), passed * loud) / harmonic**0.5 * np.sin(harmonic * phase)
    noise = chance.standard_normal(samples)
    # noise made to ring at one pitch: a band of it about as wide as it is high
    band = np.convolve(noise, np.hanning(9) / 4, "same") * np.cos(
        2 * np.pi * np.cumsum(np.interp(at, np.arange(len(shapes)), centre)) / RATE
    )
    sound += 3 * band * np.interp(at, np.arange(len(shapes)), hiss)
    sound *= chance.uniform(0.3, 0.8) / np.abs(sound).max()
    room = chance.uniform(0.002, 0.03) * chance.standard_normal(samples + 2 * RATE // 20)
    room[RATE // 20 : -(RATE // 20)] += sound
    return room.astype(np.float32)


def _movement(phones: list[str], tempo: float, chance: np.random.Generator) -> NDArray[np.float64]:
    """The shape of the mouth every 10 ms, moving smoothly from sound to sound. Shape: (steps, 6)"""
    steps: list[tuple[float, ...]] = []
    for phone in phones:
        resonances, voice, hiss, centre, length = PHONES[phone]
        moved = tuple(f * chance.uniform(0.95, 1.05) for f in resonances)
        steps += [(*moved, voice, hiss, centre or 2500.0)] * max(2, round(length * tempo * RATE / STEP))
    shapes = np.array(steps)
    smooth = np.array([1, 2, 1]) / 4
    padded = np.pad(shapes, ((1, 1), (0, 0)), "edge")
    return np.stack([np.convolve(column, smooth, "valid") for column in padded.T], axis=1)

"""What an image's colours say: value and arousal by a published mapping, decoded defensively."""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
SIDE = 128
_MIDDLE = 0.5


@dataclass(frozen=True)
class Reading:
    """Pleasure and arousal from -1 to 1, and the colours and composition that they rest on."""

    pleasure: float
    arousal: float
    brightness: float
    saturation: float
    warmth: float
    contrast: float
    edges: float


# What decoders raise besides, when bytes contradict each other.
_ODD = (struct.error, zlib.error, MemoryError, OverflowError)


class UnreadableImageError(Exception):
    """The file is not an image that may be read; the message says why."""


def confined(root: Path, media_path: str) -> Path:
    """The file that a content names, which must lie in the export's folder and be a plain file."""
    try:
        path = (root / media_path).resolve()
        is_there = path.is_file()
    except (OSError, ValueError) as error:  # a name too long, or with a NUL
        raise UnreadableImageError(f"cannot be looked for: {error}") from error
    if not path.is_relative_to(root.resolve()):
        raise UnreadableImageError("lies outside the export")
    if not is_there:
        raise UnreadableImageError("is not there")
    return path


def read(path: Path) -> Reading:
    """The reading of one image: at most 20 MB and 40 million pixels, the first frame only.

    Pleasure is .69 brightness + .22 saturation, arousal -.31 brightness + .60 saturation, the
    regressions of P. Valdez and A. Mehrabian, Effects of color on emotions, Journal of
    Experimental Psychology: General 123 (1994), on brightness and saturation standardised here
    around the middle of their range, so that a mid-grey reads 0. Raises UnreadableImageError.
    """
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableImageError(f"is larger than {MAX_BYTES:,} bytes")
    return measure(_pixels(path.read_bytes()))


def _pixels(data: bytes) -> NDArray[np.float64]:
    """(height, width, 3) of 0 to 1, at most 128 a side."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise UnreadableImageError(f"has more than {MAX_PIXELS:,} pixels")
                image.draft("RGB", (SIDE, SIDE))
                image.seek(0)
                small = image.convert("RGB")
                small.thumbnail((SIDE, SIDE))
                return np.asarray(small, dtype=np.float64) / 255.0
    except UnidentifiedImageError as error:
        raise UnreadableImageError("is no PNG, JPEG, WebP or GIF") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableImageError(f"has more than {MAX_PIXELS:,} pixels") from error
    except (OSError, ValueError, SyntaxError, EOFError, LookupError, *_ODD) as error:
        raise UnreadableImageError(f"is damaged: {error}") from error


def measure(pixels: NDArray[np.float64]) -> Reading:
    """The reading of (height, width, 3) pixels from 0 to 1."""
    highest, lowest = pixels.max(axis=2), pixels.min(axis=2)
    grey = pixels @ np.array([0.299, 0.587, 0.114])
    brightness = float(highest.mean())
    saturated = np.divide(highest - lowest, highest, out=np.zeros_like(highest), where=highest > 0)
    saturation = float(saturated.mean())
    bright, vivid = (brightness - _MIDDLE) / _MIDDLE, (saturation - _MIDDLE) / _MIDDLE
    steps = [np.abs(np.diff(grey, axis=axis)) for axis in (0, 1) if grey.shape[axis] > 1]
    return Reading(
        pleasure=float(np.clip(0.69 * bright + 0.22 * vivid, -1, 1)),
        arousal=float(np.clip(-0.31 * bright + 0.60 * vivid, -1, 1)),
        brightness=brightness,
        saturation=saturation,
        warmth=float((pixels[..., 0] - pixels[..., 2]).mean()),
        contrast=float(grey.std()),
        edges=float(np.mean([step.mean() for step in steps])) if steps else 0.0,
    )

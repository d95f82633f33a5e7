"""Text recognition: a picture in, its lines of text and where they stand.

The models (PP-OCR: detection, direction, recognition) travel in the package ``rapidocr`` and run
on onnxruntime, offline. Chinese, Japanese, Latin and the other scripts they were trained on are
read by the same model. Nothing is loaded before the first picture.
"""

import functools
import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

THREADS = 2
"""Processor threads of each model, so that the machine stays usable meanwhile."""
MAX_SIDE = 2500
"""Longest side of a picture that is read, in pixels; larger ones are scaled down first."""
DETECT_SIDE = 1536
"""Longest side on which lines are looked for; they are then cut out of the full picture."""
MIN_SIDE = 1200
"""A picture with a smaller longest side is scaled up to it, at most threefold."""
BATCH = 4
"""Lines recognised at once: more cost memory and bring no speed on a processor."""
LEAST_SCORE = 0.5
"""Mean certainty, in [0, 1], under which a line is taken for a picture and not for text."""

UNREAD = {
    "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "el": "Greek",
    "fa": "Persian", "he": "Hebrew", "hi": "Hindi", "hy": "Armenian", "ka": "Georgian",
    "kk": "Kazakh", "ko": "Korean", "mk": "Macedonian", "mr": "Marathi", "ru": "Russian",
    "sr": "Serbian", "ta": "Tamil", "te": "Telugu", "th": "Thai", "uk": "Ukrainian", "ur": "Urdu",
    "vi": "Vietnamese",
}  # fmt: skip
"""Languages whose letters the models in the package were not taught, by ISO 639-1 code."""

Pixels = NDArray[np.uint8]
"""``(height, width, 3)``, red, green, blue."""

_READING = threading.Lock()


@dataclass(frozen=True, slots=True)
class TextLine:
    """One recognised line."""

    text: str
    corners: tuple[tuple[float, float], ...]
    """Four points in fractions of the picture, origin at the top left, in the order top left,
    top right, bottom right, bottom left of the picture, however the text is turned."""
    score: float
    """Mean certainty, in [0, 1]."""
    tall: bool
    """Higher than wide: text that runs up or down the picture."""
    flipped: bool
    """Turned by half after a tall line was laid on its left side."""
    marks: tuple[float, ...]
    """Middle of each letter but spaces, as a share of the line; empty where unknown."""


def recognise(pixels: Pixels) -> list[TextLine]:
    """The lines of text in a picture, from top to bottom. One picture at a time."""
    # Imported late: it takes most of a second, and most files need no recognition.
    import cv2

    height, width = pixels.shape[:2]
    if min(height, width) < 4:
        return []
    scale = _scale(height, width)
    picture: Any = np.ascontiguousarray(pixels[:, :, ::-1])  # the models were taught blue first
    if scale != 1:
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        size = (max(4, round(width * scale)), max(4, round(height * scale)))
        picture = cv2.resize(picture, size, interpolation=way)
    with _READING:
        return _read(_engine(), picture)


def not_read(languages: tuple[str, ...]) -> str:
    """A note for the user where a language of a library is none that is read; mostly empty."""
    names = [UNREAD[language] for language in languages if language in UNREAD]
    return f"Text recognition cannot read {' or '.join(names)} yet." if names else ""


def _scale(height: int, width: int) -> float:
    longest = max(height, width)
    if longest > MAX_SIDE:
        return MAX_SIDE / longest
    return min(3.0, MIN_SIDE / longest) if longest < MIN_SIDE else 1.0


@functools.cache
def _engine() -> Any:
    # The package sets up a coloured log on stderr of its own when it is imported.
    import rapidocr
    from rapidocr import RapidOCR

    logging.getLogger("RapidOCR").handlers.clear()
    models = Path(str(rapidocr.__file__)).parent / "models"
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.model_root_dir": str(models),
            "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            "EngineConfig.onnxruntime.enable_cpu_mem_arena": False,
            "Det.limit_type": "max",
            "Det.limit_side_len": DETECT_SIDE,
            "Rec.rec_batch_num": BATCH,
        }
    )


def _read(engine: Any, picture: Any) -> list[TextLine]:
    """Detection, direction and recognition one by one: the directions tell how the page lies."""
    found = engine._load_det_model()(picture)
    if found.boxes is None or not len(found.boxes):
        return []
    boxes = found.boxes
    across = np.linalg.norm(boxes[:, 0] - boxes[:, 1], axis=1)
    down = np.linalg.norm(boxes[:, 0] - boxes[:, 3], axis=1)
    tall = down >= 1.5 * across
    crops, directions = engine.cls_and_rotate(engine.crop_text_regions(picture, boxes))
    least = engine.cfg.Cls.cls_thresh
    flipped = np.array(["180" in label and sure > least for label, sure in directions.cls_res])
    results = _recognised(engine, crops)
    # The direction of a single line is a weak guess: where it stands against most of the others,
    # both are read and the better one is kept.
    lengths = np.maximum(across, down)
    doubtful = []
    for group in (tall, ~tall):
        mostly = lengths[group & flipped].sum() > lengths[group & ~flipped].sum()
        doubtful += np.flatnonzero(group & (flipped != mostly)).tolist()
    if doubtful:
        again = _recognised(engine, [crops[index][::-1, ::-1] for index in doubtful])
        for index, result in zip(doubtful, again, strict=True):
            if result[1] > results[index][1]:
                results[index] = result
                flipped[index] = not flipped[index]
    height, width = picture.shape[:2]
    return [
        TextLine(
            text.strip(),
            tuple((float(x) / width, float(y) / height) for x, y in box),
            float(score),
            bool(is_tall),
            bool(is_flipped),
            marks,
        )
        for box, (text, score, marks), is_tall, is_flipped in zip(
            boxes, results, tall, flipped, strict=True
        )
        if score >= LEAST_SCORE and text.strip()
    ]


def _recognised(engine: Any, crops: list[Any]) -> list[tuple[str, float, tuple[float, ...]]]:
    """Text, certainty and places of the letters of lines that were cut out."""
    engine.return_word_box = True
    read = engine.recognize_txt(crops)
    results = []
    for text, score, words in zip(read.txts, read.scores, read.word_results, strict=True):
        columns = [column for word in words.word_cols for column in word]
        letters = sum(not character.isspace() for character in text)
        width = float(words.line_txt_len)
        known = len(columns) == letters and width > 0
        marks = tuple(min((column + 0.5) / width, 1.0) for column in columns) if known else ()
        results.append((text, float(score), marks))
    return results

"""The adapter that ships with the app: short answers from documents by the starter model.

It is in use from the first start, until the user takes it out.
"""

from importlib import resources
from pathlib import Path

FOLDER = "starter_adapter"
FILE = "grounded-answers.gguf"


def path() -> Path | None:
    """Its file; None in an installation without it."""
    file = Path(str(resources.files("engine.models"))) / FOLDER / FILE
    return file if file.is_file() else None

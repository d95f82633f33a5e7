"""Log file of a profile. Document text, prompts and answers are never logged."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"
MAX_BYTES = 1_000_000
BACKUPS = 3


def start(folder: Path, *, level: int = logging.INFO) -> logging.Handler:
    """Send the log of our packages to ``folder/alcove.log`` and return the handler to stop it."""
    handler = RotatingFileHandler(
        folder / "alcove.log", maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter(FORMAT))
    for name in ("engine", "desktop", "training"):
        logger = logging.getLogger(name)
        logger.setLevel(level)
        logger.addHandler(handler)
    return handler


def stop(handler: logging.Handler) -> None:
    """Take the handler away again and close its file."""
    for name in ("engine", "desktop", "training"):
        logging.getLogger(name).removeHandler(handler)
    handler.close()

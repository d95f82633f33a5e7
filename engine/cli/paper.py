"""Reports on paper: laid out by the window's own code, in a process of its own.

Qt draws text and pages; the engine does not import it. What is drawn goes to that process through
a pipe, so that it opens no vault and needs no passphrase.
"""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

from engine.errors import EngineError, InputError
from engine.evaluate.evaluated import Evaluated

PRINTER = "desktop.compare.printing"
MISSING = 3
"""Exit code of the printer where the window is not installed."""
HINT = "Write the report to a .html file and print it from a browser."


def write(path: Path, done: Evaluated, name: str) -> None:
    """Write a report as a PDF. Raises InputError."""
    environment = dict(os.environ)
    if sys.platform.startswith("linux"):
        environment["QT_QPA_PLATFORM"] = "offscreen"  # no display is wanted
    ended = subprocess.run(
        [sys.executable, "-P", "-m", PRINTER, str(path.expanduser().absolute())],
        input=pickle.dumps((done, name)), capture_output=True, env=environment, check=False,
    )  # fmt: skip
    if ended.returncode == 0:
        return
    try:
        told = json.loads(ended.stdout)
        raise InputError(told["message"], told["hint"])
    except (ValueError, KeyError, TypeError) as error:
        what = "is not installed" if ended.returncode == MISSING else "ended without a report"
        raise EngineError(
            f"The PDF was not written: what draws it {what}.", HINT, code="no_pdf"
        ) from error

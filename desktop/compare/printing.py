"""``python -m desktop.compare.printing FILE.pdf``: draws the report that comes on standard input.

The terminal starts it, which imports no Qt. It reads what its own program pickled, nothing else.
"""

import json
import pickle
import sys
from pathlib import Path

from engine.errors import EngineError

MISSING = 3


def main(arguments: list[str]) -> int:
    try:
        from PySide6.QtGui import QGuiApplication

        from desktop.compare import pdf
    except ImportError:
        return MISSING
    done, name = pickle.loads(sys.stdin.buffer.read())
    application = QGuiApplication(["alcove"])
    try:
        pdf.write(Path(arguments[0]), done, name)
    except EngineError as error:
        sys.stdout.write(json.dumps({"message": error.message, "hint": error.hint}))
        return 1
    finally:
        application.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

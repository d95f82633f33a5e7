"""Which models failed on this machine again and again; kept in the profile until they work."""

import json
import logging
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock

from engine.inference.supervisor import UNSTABLE_CRASHES
from engine.paths import Profile

log = logging.getLogger(__name__)

FILE = "failures.json"


@dataclass(frozen=True, slots=True)
class Mark:
    """Failures of one file in a row."""

    failures: int
    because: str
    """Of the last one, as the end of a sentence that begins "… because"."""
    size_bytes: int
    mtime_ns: int

    @property
    def unstable(self) -> bool:
        """Whether it is to be asked only when the user wants it so."""
        return self.failures >= UNSTABLE_CRASHES

    @property
    def words(self) -> str:
        """A sentence without its subject."""
        return f"failed {self.failures} times in a row here, last because {self.because}"


class Marks:
    """The failures of a profile's models. Safe to use from several processes.

    Only a convenience is lost with the file, so that trouble with it is no error.
    """

    def __init__(self, profile: Profile) -> None:
        self._file = profile.models / FILE

    def of(self, path: Path) -> Mark | None:
        """What is known of a file; None where nothing is, or the file has changed since."""
        mark = self._read().get(str(path.absolute()))
        return (
            mark if mark is not None and (mark.size_bytes, mark.mtime_ns) == _facts(path) else None
        )

    def any(self) -> bool:
        """Whether any model failed of late; mostly none did, and there is nothing to look for."""
        return bool(self._read())

    def failed(self, path: Path, because: str) -> Mark:
        """Count a failure."""
        known = self.of(path)
        mark = Mark((known.failures if known else 0) + 1, because, *_facts(path))
        self._change(lambda marks: {**marks, str(path.absolute()): mark})
        return mark

    def on_trial(self, path: Path) -> None:
        """Let a model answer once more; the next failure marks it again."""
        mark = self.of(path)
        if mark is not None and mark.unstable:
            trial = replace(mark, failures=UNSTABLE_CRASHES - 1)
            self._change(lambda marks: {**marks, str(path.absolute()): trial})

    def clear(self, path: Path) -> None:
        """The model works, or is to be tried as a new one."""
        key = str(path.absolute())
        if key in self._read():
            self._change(lambda marks: {name: mark for name, mark in marks.items() if name != key})

    def _read(self) -> dict[str, Mark]:
        try:
            values = json.loads(self._file.read_text(encoding="utf-8"))
            return {name: Mark(**each) for name, each in values.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError):
            log.warning("the list of failures cannot be read and begins anew")
            return {}

    def _change(self, change: Callable[[dict[str, Mark]], dict[str, Mark]]) -> None:
        try:
            with FileLock(f"{self._file}.lock"):
                values = {name: asdict(mark) for name, mark in change(self._read()).items()}
                temporary = self._file.with_name(f".{FILE}.{os.getpid()}")
                temporary.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
                temporary.replace(self._file)
        except OSError as error:
            log.warning("the list of failures was not written: %s", error.strerror)


def _facts(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns

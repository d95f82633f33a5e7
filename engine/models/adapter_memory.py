"""Which adapters each model is used with: one JSON file of the profile."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock

from engine.errors import ModelError
from engine.inference.adapters import Adapter
from engine.paths import Profile

log = logging.getLogger(__name__)

FILE = "adapters.json"


class AdapterMemory:
    """Adapters by a model's key. Safe to use from several processes.

    Files in the profile are named from there, so that it may move as a whole. ``shipped`` tells
    what models are used with as long as nothing was said of them.
    """

    def __init__(
        self, profile: Profile, shipped: Mapping[str, Sequence[Adapter]] | None = None
    ) -> None:
        self._root = profile.root
        self._file = profile.models / FILE
        self._shipped = dict(shipped or {})

    def of(self, key: str) -> tuple[Adapter, ...]:
        """What the model is used with, in the order it was said; empty for nothing."""
        rows = self._read().get(key)
        if rows is None:
            return tuple(self._shipped.get(key, ()))
        return tuple(Adapter(self._root / row["file"], float(row["scale"])) for row in rows)

    def put(self, key: str, adapters: Sequence[Adapter]) -> None:
        """Use exactly these from now on. Raises ModelError where that cannot be written."""
        try:
            with FileLock(f"{self._file}.lock"):
                values = self._read()
                values.pop(key, None)
                if adapters or key in self._shipped:
                    values[key] = [
                        {"file": self.name(each.path), "scale": each.scale} for each in adapters
                    ]
                temporary = self._file.with_name(f".{FILE}.{os.getpid()}")
                temporary.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
                temporary.replace(self._file)
        except OSError as error:
            raise ModelError(
                f"{self._file} cannot be written: {error.strerror}.",
                "Check that the profile folder can be written and has room.",
            ) from error

    def forget(self, path: Path) -> None:
        """Use no model with this adapter any more. Raises ModelError."""
        for key in {**self._shipped, **self._read()}:
            kept = self.of(key)
            left = [each for each in kept if each.path != path]
            if len(left) < len(kept):
                self.put(key, left)

    def there(self, name: str) -> Path:
        """The file of an adapter by the name that :meth:`name` gave it."""
        return self._root / name

    def name(self, path: Path) -> str:
        """A file's path, from the profile where it lies in there."""
        absolute = path.expanduser().absolute()
        if absolute.is_relative_to(self._root):
            return absolute.relative_to(self._root).as_posix()
        return str(absolute)

    def _read(self) -> dict[str, list[dict[str, Any]]]:
        try:
            values = json.loads(self._file.read_text(encoding="utf-8"))
            for rows in values.values():
                for row in rows:
                    Adapter(Path(row["file"]), float(row["scale"]))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            log.warning("the list of adapters in use cannot be read and begins anew")
            return {}
        return dict(values)

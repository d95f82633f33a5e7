"""The small file beside prepared weights: where they come from, how and why they were changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from engine.models.packages import PackagedModel

RECORD_FILE = "alcove-model.json"


@dataclass(frozen=True, slots=True)
class Record:
    """What was prepared. Read back only where every file it names is there at its size."""

    name: str
    file: str
    sha256: str
    """Of the prepared file."""
    source_sha256: str
    """Of the published file it was made from."""
    size_bytes: int
    quantization: str
    licence: str
    origin: str
    reason: str
    """Why these weights were chosen for this machine, in words."""
    figures: Mapping[str, object] = field(default_factory=dict)
    """What was measured."""

    @classmethod
    def of(
        cls,
        model: PackagedModel,
        path: Path,
        *,
        quantization: str,
        figures: Mapping[str, object],
        reason: str,
    ) -> "Record":
        """Describe a prepared file."""
        return cls(
            name=model.name,
            file=path.name,
            sha256=sha256_of(path),
            source_sha256=model.sha256,
            size_bytes=path.stat().st_size,
            quantization=quantization,
            licence=model.licence,
            origin=model.origin,
            reason=reason,
            figures=dict(figures),
        )

    @classmethod
    def read(cls, folder: Path, version: int | None = None) -> "Record | None":
        """The record of a folder; None where it is absent, of another version or not whole."""
        try:
            values = json.loads((folder / RECORD_FILE).read_text(encoding="utf-8"))
            made_by = values.pop("version")
            files: dict[str, int] = values.pop("files")
            record = cls(**values)
            whole = all((folder / name).stat().st_size == size for name, size in files.items())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        if not whole or (version is not None and made_by != version):
            return None
        return record

    def write(self, folder: Path, version: int) -> None:
        """Write the record, with the sizes of all files of the folder as they are now."""
        files = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
        values = {"version": version, **asdict(self), "files": files}
        (folder / RECORD_FILE).write_text(
            json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

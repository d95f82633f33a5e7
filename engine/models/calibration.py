"""How fast this machine is, measured once in a few seconds and kept in the machine's cache.

Writing a token reads all weights once, so that memory sets its speed; reading a prompt multiplies
them, so that the processor does. Memory is measured directly, the processor with the starter model
in each form of its weights that is there: llama.cpp repacks some quantizations for the vector
units, and the others are several times slower.
"""

import json
import logging
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import ModelError
from engine.inference.cores import usable_cores
from engine.inference.process import ProcessChatModel
from engine.models import gguf_header, packages
from engine.models.calibration_text import TEXT
from engine.models.gguf_header import GgufHeader
from engine.models.record import Record
from engine.paths import machine_cache
from engine.progress import CancelToken, Progress

log = logging.getLogger(__name__)

VERSION = 2
FILE = "calibration.json"
STAGE = "measuring this machine"

MEMORY_BYTES = 256 << 20
"""Read per round; several times any cache."""
ROUNDS = 3
MEMORY_ROUNDS = 8
PREFILL_TOKENS = 192
DECODE_TOKENS = 24
N_CTX = 512
BATCHES = (128, 256, 512)
DEFAULT_BATCH = 512
BATCH_ROUNDS = 2
NEARLY = 0.97
"""Share of the best speed that counts as the best; less is noise of the measurement."""

REACHED_SHARE = 0.55
"""Of the memory's speed, in llama.cpp's decoding: 0.5 to 0.6 with 0.6 and 1.1 GB of weights."""
QUICK = "Q4_0"
"""Made for the measurement where it is not there: its speed is no other's."""

REPACKED = frozenset({"Q4_0", "Q8_0", "IQ4_NL", "Q4_K_S", "Q4_K_M", "Q4_K"})
"""What llama.cpp rearranges for the vector units of today's processors."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One measured form of the starter model."""

    quantization: str
    prefill_tokens_per_s: float
    decode_tokens_per_s: float
    prefill_parameters: int
    decode_bytes: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was measured; rates in bytes and tokens per second."""

    memory_bytes_per_s: float
    probes: tuple[Probe, ...]
    machine: str
    batches: tuple[tuple[int, float], ...] = ()
    """Tokens read at once, and the tokens per second of that."""
    gpu: str = ""
    """The graphics processor that the probes ran on; empty for none."""

    def decode_tokens_per_s(
        self, header: GgufHeader, *, threads: int, context_bytes: int = 0
    ) -> float:
        """Expected writing speed of a model, with so many bytes of context to look back on.

        The speed at which the starter model's weights pass, times the threads that a larger model
        writes with, but no more than the share of the memory's speed that large models reach.
        """
        moved = header.decode_bytes + context_bytes
        if not moved:
            return 0.0
        rate = self.memory_bytes_per_s * REACHED_SHARE
        probe = self._like(header.quantization)
        if probe is not None and self.gpu:
            rate = probe.decode_tokens_per_s * probe.decode_bytes
        elif probe is not None:
            rate = min(rate, probe.decode_tokens_per_s * probe.decode_bytes * threads)
        return rate / moved

    def prefill_tokens_per_s(self, header: GgufHeader) -> float:
        """Expected reading speed; 0 where no model could be measured."""
        probe = self._like(header.quantization)
        if probe is None or not header.prefill_parameters:
            return 0.0
        return probe.prefill_tokens_per_s * probe.prefill_parameters / header.prefill_parameters

    def _like(self, quantization: str) -> Probe | None:
        """The probe of the same quantization, else the slowest of the same kind."""
        for probe in self.probes:
            if probe.quantization == quantization:
                return probe
        kind = quantization in REPACKED
        same = [probe for probe in self.probes if (probe.quantization in REPACKED) == kind]
        return min(same or self.probes, key=lambda probe: probe.prefill_tokens_per_s, default=None)

    @property
    def batch(self) -> int:
        """Tokens to read at once: the fewest that read nearly as fast as any, for they take less
        memory and are stopped sooner; llama.cpp's default where nothing was measured.
        """
        best = max((rate for _, rate in self.batches), default=0.0)
        enough = [size for size, rate in self.batches if rate >= best * NEARLY]
        return min(enough, default=DEFAULT_BATCH)

    # --- kept ----------------------------------------------------------------------------------

    @classmethod
    def read(cls, folder: Path | None = None) -> "Calibration | None":
        """What was measured on this machine before; None where it was not, or on another one."""
        try:
            values: dict[str, Any] = json.loads(_file(folder).read_text(encoding="utf-8"))
            if values.pop("version") != VERSION or values["machine"] != this_machine():
                return None
            probes = tuple(Probe(**probe) for probe in values.pop("probes"))
            batches = tuple((int(size), float(rate)) for size, rate in values.pop("batches"))
            found = cls(probes=probes, batches=batches, **values)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return found if found.memory_bytes_per_s > 0 else None

    def write(self, folder: Path | None = None) -> None:
        path = _file(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(json.dumps({"version": VERSION, **asdict(self)}, indent=2) + "\n")
        temporary.replace(path)


def _file(folder: Path | None) -> Path:
    return (folder or machine_cache()) / FILE


def this_machine() -> str:
    """What the figures depend on: processor, cores and the version of llama.cpp."""
    try:
        library = metadata.version("llama-cpp-python")
    except metadata.PackageNotFoundError:
        library = "none"
    return f"{platform.machine()}, {_processor()}, {usable_cores()} cores, llama.cpp {library}"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        log.debug("there is no /proc/cpuinfo here")
    return platform.processor() or "unknown processor"


def calibrate(
    *, cancel: CancelToken | None = None, again: bool = False
) -> Generator[Progress, None, Calibration]:
    """The machine's figures, from the cache or measured now (about twenty seconds)."""
    known = None if again else Calibration.read()
    if known is not None:
        return known
    files = starter_files()
    total = len(files) + 3
    yield Progress(STAGE, 0, total, "memory")
    memory = memory_bytes_per_s(threads=usable_cores())
    probes: list[Probe] = []
    batches: tuple[tuple[int, float], ...] = ()
    gpu = ""
    with tempfile.TemporaryDirectory(prefix="alcove-") as folder:
        try:
            if files and QUICK not in files:
                files[QUICK] = requantized(next(iter(files.values())), Path(folder), QUICK)
            for done, (quantization, path) in enumerate(files.items(), start=1):
                if cancel is not None:
                    cancel.check()
                yield Progress(STAGE, done, total, f"the starter model as {quantization}")
                measured, gpu = probe(path, cancel=cancel)
                probes.append(measured)
        except ModelError as error:
            log.warning("a starter model could not be measured: %s", error.code)
        if probes:
            yield Progress(STAGE, total - 1, total, "how much to read at once")
            best = max(probes, key=lambda probe: probe.prefill_tokens_per_s).quantization
            batches = batch_rates(files[best], cancel=cancel)
    found = Calibration(memory, tuple(probes), this_machine(), batches, gpu)
    if probes:
        found.write()
    yield Progress(STAGE, total, total)
    return found


def requantized(source: Path, folder: Path, quantization: str) -> Path:
    """Another form of a model, for measuring. Raises ModelError."""
    target = folder / f"{quantization}.gguf"
    model = ProcessChatModel(source)
    try:
        model.requantize(target, quantization)
    finally:
        model.close()
    return target


def starter_files() -> dict[str, Path]:
    """The starter model as published and as prepared for this machine, by quantization."""
    found: dict[str, Path] = {}
    try:
        published = packages.find(packages.CHAT)
        found[gguf_header.read(published).quantization] = published
    except ModelError:
        log.debug("the starter package is not installed")
    prepared = machine_cache() / "starter"
    for folder in sorted(prepared.glob(f"chat-{packages.CHAT.sha256[:16]}-*")):
        record = Record.read(folder)
        if record is not None:
            found.setdefault(record.quantization, folder / record.file)
    return found


def probe(path: Path, *, cancel: CancelToken | None = None) -> tuple[Probe, str]:
    """Measure one model; also tells the graphics processor that it ran on, if any.

    Raises ModelError, CancelledError.
    """
    header = gguf_header.read(path)
    model = ProcessChatModel(path, n_ctx=N_CTX)
    try:
        model.preload(cancel=cancel)
        taken = [
            model.measure(TEXT, prompt_tokens=PREFILL_TOKENS, decode_tokens=DECODE_TOKENS)
            for _ in range(ROUNDS)
        ]
        info = model.info
    finally:
        model.close()
    measured = Probe(
        quantization=header.quantization,
        prefill_tokens_per_s=_rate(PREFILL_TOKENS, [prefill for prefill, _ in taken]),
        decode_tokens_per_s=_rate(DECODE_TOKENS, [decode for _, decode in taken]),
        prefill_parameters=header.prefill_parameters,
        decode_bytes=header.decode_bytes,
    )
    return measured, info.gpu if info.gpu_layers else ""


def batch_rates(
    path: Path, *, sizes: Sequence[int] = BATCHES, cancel: CancelToken | None = None
) -> tuple[tuple[int, float], ...]:
    """Tokens read per second by the number read at once; the best of rounds taken in turn.

    Raises ModelError, CancelledError.
    """
    tokens = max(sizes)
    models = {size: ProcessChatModel(path, n_ctx=2 * tokens, batch=size) for size in sizes}
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    try:
        for model in models.values():
            model.preload(cancel=cancel)
        for _ in range(BATCH_ROUNDS):
            for size, model in models.items():
                if cancel is not None:
                    cancel.check()
                seconds[size].append(model.measure(TEXT, prompt_tokens=tokens, decode_tokens=1)[0])
    finally:
        for model in models.values():
            model.close()
    return tuple((size, round(tokens / min(taken), 1)) for size, taken in seconds.items())


def _rate(tokens: int, seconds: Sequence[float]) -> float:
    return round(tokens / statistics.median(seconds), 1)


def memory_bytes_per_s(*, threads: int, size_bytes: int = MEMORY_BYTES) -> float:
    """How fast so many threads together read main memory; the best of some rounds.

    The best, because what another program takes from a round is not the machine's doing.
    """
    # A dot product with itself reads every number once, in vector registers and without the GIL.
    parts = np.array_split(np.ones(size_bytes // 4, dtype=np.float32), threads)
    seconds = []
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(MEMORY_ROUNDS + 1):
            started = time.perf_counter()
            list(pool.map(_read, parts))
            seconds.append(time.perf_counter() - started)
    return round(sum(part.nbytes for part in parts) / min(seconds[1:]))


def _read(part: np.ndarray[Any, np.dtype[np.float32]]) -> float:
    return float(np.dot(part, part))

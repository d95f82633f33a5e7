"""Passages a second of ``add`` over a folder of short texts, beside fastembed on the same texts.

Two rivals, in turns with ``add`` in the same run: fastembed at its best on this machine (batches
of one, or small ones sorted by length, whichever is faster), and the loop of its manual: batches
of 256 in document order. ``add`` also reads, cuts and stores. What that takes of the processor
beside the encoder is told too: on a machine that does other work, seconds tell little. The size of
the vault and the memory of embedding and of the main process are told as well.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from fastembed import TextEmbedding

from engine.inference.cores import usable_cores
from engine.inference.embedder import Vectors
from engine.inference.fastembed_embedder import FastembedEmbedder
from engine.ingest import ingest
from engine.models.starter import StarterModels
from engine.progress import drain
from engine.store.connect import Vault
from engine.store.documents import Documents
from engine.store.vectors import embedding_text
from tests.fakes import HashingEmbedder
from tests.quality import data
from tests.quality.record import Row
from tests.quality.workplace import Workplace

ROUNDS = 3
MANUAL_BATCH = 256
GROWTH_EVERY = 1000


def run(place: Workplace) -> None:
    _speed(place)
    _memory(place)
    _growth(place)


def _speed(place: Workplace) -> None:
    folder = data.write(data.scifact(), place.folder / "corpora" / "scifact")
    files = place.cut(sorted(folder.iterdir()))
    added = place.folder / "corpora" / f"scifact of {len(files)}"
    added.mkdir(exist_ok=True)
    for file in files:
        shutil.copy(file, added)
    models = place.models()
    embedder = _Timed(models.embedder_folder)
    raw = _raw(models)
    ways: dict[str, Callable[[list[str]], None]] = {
        "fastembed, batches of 1, by length": lambda texts: raw(sorted(texts, key=len), 1),
        "fastembed, batches of 8, by length": lambda texts: raw(sorted(texts, key=len), 8),
        "our embedder alone": lambda texts: _embed(embedder, sorted(texts, key=len)),
    }
    manual = "fastembed, its defaults in document order"
    rates: dict[str, list[float]] = {name: [] for name in ("add", *ways, manual)}
    passages, shares = 0, []
    for number in range(ROUNDS):
        embedder.spent.clear()
        before = _processor_s()
        texts, seconds, sizes = _add(place, embedder, added, number)
        shares.append(sum(embedder.spent) / (_processor_s() - before))
        passages = len(texts)
        rates["add"].append(passages / seconds)
        for name, way in ways.items():
            rates[name].append(passages / _timed(way, texts))
        few = texts[: max(MANUAL_BATCH, passages // 8)]  # it is slow
        rates[manual].append(len(few) / _timed(lambda some: raw(some, MANUAL_BATCH), few))
    over = f"{len(files)} texts of scifact, {passages} passages"
    for name, found in rates.items():
        place.record.add(
            Row("ingest", over, name, statistics.median(found), "passages/s", ROUNDS,
                min(found), max(found))
        )  # fmt: skip
    ours = statistics.median(rates["add"])
    best = max(statistics.median(rates[name]) for name in list(ways)[:2])
    place.record.add(Row("ingest", over, "add / fastembed at its best", ours / best))
    alone = statistics.median(rates["our embedder alone"])
    place.record.add(Row("ingest", over, "add / our embedder alone", ours / alone))
    place.record.add(
        Row("ingest", over, "the encoder's share of add's processor time",
            statistics.median(shares), n=ROUNDS, low=min(shares), high=max(shares))
    )  # fmt: skip
    loop = statistics.median(rates[manual])
    place.record.add(Row("ingest", over, "add / the manual's loop", ours / loop))
    place.record.add(Row("ingest", over, "vault / text", sizes, note="bytes on disk"))


def _add(
    place: Workplace, embedder: FastembedEmbedder, folder: Path, number: int
) -> tuple[list[str], float, float]:
    """Index the files into a fresh vault: what was embedded, the seconds, vault ÷ text."""
    name = f"ingest-{number}"
    shutil.rmtree(place.folder / name, ignore_errors=True)
    with place.vault(name) as vault:
        started = time.perf_counter()
        place.add(vault, embedder, [folder])
        seconds = time.perf_counter() - started
        documents = Documents(vault)
        passages, size = [], 0
        for document in documents.documents(None):
            size += sum(len(page.text.encode()) for page in documents.pages(document.path))
            passages += documents.passages(document.path)
        texts = [embedding_text(each.title, each.heading, each.text) for each in passages]
    with place.vault(name) as vault:  # closed and opened, so that the log is folded in
        return texts, seconds, vault.size_bytes() / size


class _Timed(FastembedEmbedder):
    """Notes what the encoder takes of the processor, on each of its threads."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.spent: list[float] = []

    def _embed(self, text: str) -> Vectors:
        started = time.thread_time()
        try:
            return super()._embed(text)
        finally:
            self.spent.append(time.thread_time() - started)


def _processor_s() -> float:
    """What this process and those it began and ended took of the processor."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _raw(models: StarterModels) -> Callable[[list[str], int], None]:
    """fastembed on the same graph with the same number of threads, as its manual uses it."""
    registered = [
        str(model["model"])
        for model in TextEmbedding.list_supported_models()
        if str(model["model"]).startswith("alcove/")
    ]
    model = TextEmbedding(
        model_name=registered[-1],
        threads=usable_cores(),
        providers=["CPUExecutionProvider"],
        specific_model_path=str(models.embedder_folder),
        local_files_only=True,
    )

    def embed(texts: list[str], batch: int) -> None:
        for _ in model.embed(texts, batch_size=batch):
            pass

    return embed


def _embed(embedder: FastembedEmbedder, texts: list[str]) -> None:
    for start in range(0, len(texts), 64):
        embedder.embed_passages(texts[start : start + 64])


def _timed(embed: Callable[[list[str]], None], texts: list[str]) -> float:
    started = time.perf_counter()
    embed(texts)
    return time.perf_counter() - started


# --- memory ------------------------------------------------------------------------------------


def _memory(place: Workplace) -> None:
    """Peak memory of a process that embeds long texts, above one that only imports."""
    folder = place.models().embedder_folder
    peaks = [_peak(folder, count) for count in (0, 512)]
    place.record.add(
        Row("ingest", "512 texts of 256 tokens and more", "embedding, peak", peaks[1] / 2**20, "MB")
    )
    place.record.add(
        Row("ingest", "512 texts", "of it before the first text", peaks[0] / 2**20, "MB")
    )


def _most_held() -> int:
    """Bytes of this program at most; ``getrusage`` would tell of the one that began it as well."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/self/status does not tell VmHWM")


def _peak(folder: Path, count: int) -> int:
    told = subprocess.run(
        [sys.executable, "-m", "tests.quality.ingest", str(folder), str(count)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return int(told.stdout)


def main() -> None:
    """``python -m tests.quality.ingest FOLDER COUNT``: embed, then print the peak of memory."""
    embedder = FastembedEmbedder(Path(sys.argv[1]))
    texts = [f"{number} " + "several words of a long text " * 120 for number in range(5)]
    for start in range(0, int(sys.argv[2]), 64):
        _embed(embedder, [f"{text} {start}" for text in texts * 13][:64])
    print(_most_held())


class _Constant(HashingEmbedder):
    """Costs nothing, so that only the rest of ``add`` is seen."""

    def embed_passages(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        matrix = np.zeros((len(texts), self.identity.dimension), dtype=np.float32)
        matrix[:, 0] = 1.0
        return matrix


def _growth(place: Workplace) -> None:
    """How much the main process grows over very many documents; the embedder is a constant."""
    files = place.cut(data.medquad(place.folder / "corpora" / "medquad"))
    shutil.rmtree(place.folder / "growth", ignore_errors=True)
    process = psutil.Process(os.getpid())
    with place.vault("growth") as vault:
        _drained(vault, files[:GROWTH_EVERY])
        before = process.memory_info().rss
        _drained(vault, files)
        grown = process.memory_info().rss - before
    over = f"{len(files)} texts of medquad"
    place.record.add(Row("ingest", over, "growth of the main process", grown / 2**20, "MB"))


def _drained(vault: Vault, files: list[Path]) -> None:
    drain(ingest.add(vault, _Constant(384), files, library="Documents"))


if __name__ == "__main__":
    main()

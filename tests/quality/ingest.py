"""Passages a second of ``add``, beside raw fastembed on the same passage texts in the same run."""

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from fastembed import TextEmbedding

from engine.inference.cores import usable_cores
from engine.inference.fastembed_embedder import FastembedEmbedder
from engine.models.starter import StarterModels
from engine.store.documents import Documents
from tests.quality import data
from tests.quality.record import Row
from tests.quality.workplace import Workplace

ROUNDS = 3
RAW_BATCHES = (1, 16)


def run(place: Workplace) -> None:
    files, _ = data.handbook()
    contracts = [path for path, _ in data.contracts(12)]
    files = place.cut([*files[:3], *contracts])
    models = place.models()
    embedder = FastembedEmbedder(models.embedder_folder)
    raw = _raw(models, embedder)
    added: list[float] = []
    raws: dict[int, list[float]] = {batch: [] for batch in RAW_BATCHES}
    passages = 0
    for number in range(ROUNDS):
        texts, seconds = _add(place, embedder, files, number)
        passages = len(texts)
        added.append(passages / seconds)
        for batch in RAW_BATCHES:
            raws[batch].append(passages / _timed(raw, texts, batch))
    ours = statistics.median(added)
    over = f"{len(files)} office files, {passages} passages"
    place.record.add(Row("ingest", over, "add", ours, "passages/s", ROUNDS, min(added), max(added)))
    for batch, rates in raws.items():
        rate = statistics.median(rates)
        place.record.add(
            Row("ingest", over, f"raw fastembed, batches of {batch}", rate, "passages/s", ROUNDS,
                min(rates), max(rates))
        )  # fmt: skip
    best = max(statistics.median(rates) for rates in raws.values())
    place.record.add(
        Row("ingest", over, "add / best raw fastembed", ours / best,
            note="add also reads, cuts, embeds title and heading, and stores")
    )  # fmt: skip


def _add(
    place: Workplace, embedder: FastembedEmbedder, files: list[Path], number: int
) -> tuple[list[str], float]:
    """Index the files into a fresh vault; their passages and the seconds it took."""
    name = f"ingest-{number}"
    shutil.rmtree(place.folder / name, ignore_errors=True)
    with place.vault(name) as vault:
        started = time.perf_counter()
        place.add(vault, embedder, files)
        seconds = time.perf_counter() - started
        documents = Documents(vault)
        texts = [
            passage.text
            for document in documents.documents(None)
            for passage in documents.passages(document.path)
        ]
    return texts, seconds


def _raw(models: StarterModels, embedder: FastembedEmbedder) -> Callable[[list[str], int], None]:
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
    del embedder  # only its registration was needed

    def embed(texts: list[str], batch: int) -> None:
        for _ in model.embed(texts, batch_size=batch):
            pass

    return embed


def _timed(embed: Callable[[list[str], int], None], texts: list[str], batch: int) -> float:
    started = time.perf_counter()
    embed(texts, batch)
    return time.perf_counter() - started

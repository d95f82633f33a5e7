"""The checks behind ``doctor`` that are not the vault's own."""

from pathlib import Path

import numpy as np

from engine.errors import DamagedVaultError, EngineError
from engine.inference.chat_model import ChatModel, Sampling
from engine.inference.embedder import Embedder
from engine.ingest.sandbox import Sandbox
from engine.ingest.sandbox_child import ReaderEndedError
from engine.model_types import ChatModelInfo, Message
from engine.network import POLICY_OFF, NetworkGuard
from engine.progress import drain
from engine.retrieve.nearest import NearestState
from engine.services.rerankers import State
from engine.store.connect import Vault
from engine.store.rescue import rescue
from engine.types import PartHealth

PROBE = "The harbour office opens at nine."


def network(guard: NetworkGuard) -> PartHealth:
    """The door is shut, or open for what the user asked for, and nothing else went through."""
    detail = f"policy {guard.policy}, {guard.connections} connections made, {guard.refused} refused"
    if guard.purposes:
        detail += f"; opened for {', '.join(guard.purposes)}"
    shut = guard.policy == POLICY_OFF and guard.connections == 0
    return PartHealth("network", shut or bool(guard.purposes), detail)


WALLS = {
    "memory": "memory",
    "writing": "writing files",
    "sockets": "sockets",
    "programs": "starting programs",
}
"""What a reading process gives up, as it is told."""


def sandbox(reader: Sandbox) -> PartHealth:
    """The process that reads files starts, and how far this system shuts it in."""
    try:
        shut = reader.protections()
    except ReaderEndedError:
        return PartHealth(
            "file reader", False, "the process that reads files does not start",
            "Install Alcove again.",
        )  # fmt: skip
    kept = [words for name, words in WALLS.items() if name in shut]
    open_ = [words for name, words in WALLS.items() if name not in shut]
    detail = "files are read in a process of their own, watched for time, memory and connections"
    if kept:
        detail += f"; the system shuts it off from: {', '.join(kept)}"
    if open_:
        detail += f"; not on this system: {', '.join(open_)}"
    return PartHealth("file reader", True, detail)


def reranker(state: State) -> list[PartHealth]:
    """Nothing where none is to be used."""
    if not state.serving:
        return []
    if state.missing:
        return [
            PartHealth(
                "reranker", False, f"{state.serving} is gone; searches go on without it",
                "Fetch it again, or switch it off with alcove reranker --off.",
            )
        ]  # fmt: skip
    return [PartHealth("reranker", True, f"{state.serving} reads the best passages")]


def search_index(state: NearestState) -> PartHealth:
    """What the index of a large vault takes in memory, or would take."""
    name = "search index"
    if state.building:
        return PartHealth(name, True, "being made in the background; searches work meanwhile")
    if state.passages:
        told = f"{state.passages} passages in {state.size_bytes / 1e6:.0f} MB of memory"
        return PartHealth(name, True, told)
    if state.needed_bytes:
        needed = state.needed_bytes / 1e6
        return PartHealth(name, True, f"made when searching, about {needed:.0f} MB of memory")
    return PartHealth(name, True, "not needed for so few passages")


def embedder(model: Embedder) -> PartHealth:
    """A sentence turns into a vector of the promised shape and length, the same one twice."""
    try:
        one = model.embed_query(PROBE)
        two = model.embed_query(PROBE)
    except EngineError as error:
        return PartHealth("embedder", False, error.message, error.hint)
    identity = model.identity
    sound = (
        one.shape == (identity.dimension,)
        and bool(np.array_equal(one, two))
        and abs(float(np.linalg.norm(one)) - 1.0) < 1e-3
    )
    detail = f"{identity.model_id}, {identity.dimension} dimensions"
    hint = "" if sound else "Run doctor --repair to make the embedder and its vectors again."
    return PartHealth("embedder", sound, detail, hint)


def chat_model(model: ChatModel) -> PartHealth:
    """The model process starts, loads the file and writes a token."""
    try:
        info = model.info
        completion = drain(model.stream([Message("user", PROBE)], Sampling(max_tokens=1)))
    except EngineError as error:
        return PartHealth("chat model", False, error.message, error.hint)
    wrote = completion.usage.completion_tokens == 1
    return PartHealth(
        "chat model",
        wrote,
        f"{info.name}, {info.quantization}, {info.n_ctx} tokens of context",
        "" if wrote else "The model wrote nothing; choose another model file.",
    )


def gpu(info: ChatModelInfo) -> PartHealth:
    """Which processor the chat model runs on, and why."""
    if info.gpu_note:
        return PartHealth(
            "gpu", False, f"{info.gpu or 'none'}; {info.gpu_note}",
            "Update the graphics driver, or free memory on it; answers come from the processor.",
        )  # fmt: skip
    if not info.gpu:
        return PartHealth("gpu", True, "none used: the installed llama.cpp runs on the processor")
    if not info.gpu_layers:
        return PartHealth(
            "gpu", True, f"{info.gpu}: too little free memory, the model runs on the processor"
        )
    return PartHealth("gpu", True, f"{info.gpu}: {info.gpu_layers} of {info.layers} layers")


def rescued(vault: Path, key: bytes | None) -> PartHealth | None:
    """Make a damaged vault openable again, keeping the damaged file; None where it is sound."""
    try:
        Vault.open(vault, key=key).close()
    except DamagedVaultError:
        done = rescue(vault, key=key)
        start = f"the copy {done.backup.name}" if done.backup else "a new, empty vault"
        return PartHealth(
            "rescue",
            True,
            f"the damaged vault was set aside as {done.kept.name}; Alcove goes on with {start}",
            "Add your folders again to fill what is missing.",
        )
    return None

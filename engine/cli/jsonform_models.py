"""Models, adapters and what is said of them, as JSON. The rest is in :mod:`engine.cli.jsonform`."""

from typing import Any

from engine.model_types import AdapterCard, AdapterInUse, ModelCard
from engine.models.catalogue import Offer
from engine.models.faster import Result
from engine.models.fit import FitReport
from engine.models.requantize import Speed

Json = dict[str, Any]


def model_card(value: ModelCard) -> Json:
    return {
        "name": value.name,
        "role": value.role,
        "file": value.file,
        "size": value.size_bytes,
        "quantization": value.quantization,
        "context": value.context,
        "fit": value.fit,
        "licence": value.licence,
        "origin": value.origin,
        "note": value.note,
        "adapters": list(value.adapters),
        "source": value.source,
        "words": value.words,
    }


def adapter(value: AdapterCard) -> Json:
    return {
        "name": value.name,
        "file": value.file,
        "size": value.size_bytes,
        "models": list(value.models),
        "rank": value.rank,
        "task": value.task,
        "note": value.note,
        "documents": list(value.documents),
    }


def adapter_in_use(value: AdapterInUse) -> Json:
    return {
        "name": value.name,
        "file": value.file,
        "scale": value.scale,
        "effect": round(value.effect, 4),
        "note": value.note,
        "words": value.words,
        "task": value.task,
        "documents": value.documents,
        "part": value.part,
    }


def fit(value: FitReport) -> Json:
    return {
        "file": value.file,
        "fit": value.fit,
        "words": value.words,
        "memory": {
            "weights": value.need.weights,
            "context": value.need.context,
            "overhead": value.need.overhead,
            "copied": value.need.copied,
            "total": value.need.total,
            "available": value.available,
        },
        "n_ctx": value.n_ctx,
        "n_gpu_layers": value.n_gpu_layers,
        "threads": value.threads,
        "batch": value.batch,
        "flash_attention": value.flash_attention,
        "kv_type": value.kv_type,
        "tokens_per_s": {
            "prefill": value.prefill_tokens_per_s,
            "decode": value.decode_tokens_per_s,
        },
        "reasons": list(value.reasons),
    }


def offer(value: Offer) -> Json:
    return {
        "name": value.name,
        "role": value.role,
        "repo": value.repo,
        "file": value.file,
        "parameters": value.parameters,
        "quantization": value.quantization,
        "context": value.context,
        "size": value.size_bytes or None,
        "licence": value.licence,
        "purpose": value.purpose,
    }


def speed(value: Speed) -> Json:
    return {
        "prefill_tokens_per_s": value.prefill_tokens_per_s,
        "decode_tokens_per_s": value.decode_tokens_per_s,
        "perplexity": value.perplexity,
        "size": value.size_bytes,
    }


def requantized(value: Result, card: ModelCard | None) -> Json:
    """``after`` and ``model`` are null where the original stays."""
    return {
        "kept": value.chosen.quantization if value.file is not None else None,
        "reason": value.chosen.reason,
        "before": speed(value.before),
        "after": speed(value.after) if value.after is not None else None,
        "candidates": {name: speed(found) for name, found in value.chosen.speeds.items()},
        "model": model_card(card) if card is not None else None,
    }

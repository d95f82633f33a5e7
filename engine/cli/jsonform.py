"""The JSON of the terminal interface. Scripts rely on these keys; they only ever grow."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from engine.answer import orders
from engine.answer.why import as_json as why_form
from engine.cli import jsonform_models
from engine.errors import EngineError
from engine.evaluate.questions import EXAMPLE
from engine.ingest import sheet_cells
from engine.ingest.retries import when_again
from engine.library_types import (
    AddReport,
    Change,
    FailedFile,
    FileState,
    LibrarySettings,
    LibraryState,
    Status,
    Why,
)
from engine.store.glossary import Entry
from engine.store.sources import Source
from engine.types import (
    Answer,
    ContextUse,
    Document,
    Hit,
    Library,
    Page,
    PartHealth,
    PinnedDocument,
    SearchResult,
    Understood,
)

if TYPE_CHECKING:
    from engine.evaluate.questions import BadLine
    from engine.ingest.sources.pull import PullReport

Json = dict[str, Any]


def error(value: EngineError) -> Json:
    return {"error": {"code": value.code, "message": value.message, "hint": value.hint}}


def bad_line(value: "BadLine") -> Json:
    """A line of a question file that is no question, in the place of its answer."""
    told = {"code": "bad_input", "message": value.reason, "hint": EXAMPLE}
    return {"id": None, "line": value.number, "error": told}


def add_report(value: AddReport) -> Json:
    return {
        "indexed": value.indexed,
        "unchanged": value.unchanged,
        "removed": value.removed,
        "failed": [
            {"path": failed.path, "code": failed.code, "reason": failed.reason}
            for failed in value.failed
        ],
        "passages": value.passages,
        "seconds": round(value.seconds, 3),
        "moved": value.moved,
        # Only there where single files were watched.
        **({"changes": [_change(each) for each in value.changes]} if value.changes else {}),
    }


def _change(value: Change) -> Json:
    return {
        "path": value.path,
        "what": value.what,
        "passages": value.passages,
        "former": value.former,
        "reason": value.reason,
    }


def hit(value: Hit) -> Json:
    passage = value.passage
    return {
        "rank": value.rank,
        "path": passage.path,
        "page": passage.page,
        "label": passage.label,
        "heading": passage.heading,
        "start": passage.start,
        "end": passage.end,
        "score": round(value.score, 6),
        "words": round(value.words, 6),
        "meaning": round(value.meaning, 6),
        "text": passage.text,
        "also": list(value.also),
        "gives_orders": orders.gives(passage.text),
    }


def search_result(value: SearchResult) -> Json:
    return {
        "hits": [hit(found) for found in value.hits],
        "seconds": round(value.seconds, 4),
        "query": understood(value.query) if value.query is not None else None,
    }


def understood(value: Understood) -> Json:
    return {
        "text": value.text,
        "language": value.language,
        "phrases": list(value.phrases),
        "filters": [{"name": name, "value": of} for name, of in value.filters],
        "corrections": [{"word": word, "searched": new} for word, new in value.corrections],
        "expansions": [{"term": term, "searched": new} for term, new in value.expansions],
    }


def glossary_entry(value: Entry) -> Json:
    return {
        "term": value.term,
        "meaning": value.meaning,
        "library": value.library,
        "kind": value.kind,
        "origin": value.origin,
        "documents": value.documents,
    }


def answer(value: Answer, *, question_id: object = None, with_why: bool = False) -> Json:
    """``citations`` of a sentence count from 1 in the order of the answer's citations."""
    return {
        "id": question_id,
        "answer": value.text,
        "abstained": value.abstained,
        "sentences": [
            {
                "text": sentence.text,
                "citations": list(sentence.citations),
                "supported": sentence.supported,
            }
            for sentence in value.sentences
        ],
        "citations": [
            {
                "path": citation.path,
                "page": citation.page,
                "start": citation.start,
                "end": citation.end,
                "quote": citation.quote,
                "label": citation.label,
                "also": list(citation.also),
                "gives_orders": citation.gives_orders,
                "cells": [
                    {"cell": cell.name, "start": cell.start, "end": cell.end}
                    for cell in citation.cells
                ],
                "address": sheet_cells.together([cell.name for cell in citation.cells]),
            }
            for citation in value.citations
        ],
        "timings": {
            "retrieve_s": round(value.timings.retrieve_s, 4),
            "first_token_s": round(value.timings.first_token_s, 4),
            "total_s": round(value.timings.total_s, 4),
            "tokens_per_s": round(value.timings.tokens_per_s, 2),
        },
        "usage": {
            "prompt_tokens": value.usage.prompt_tokens,
            "completion_tokens": value.usage.completion_tokens,
            "reused_tokens": value.usage.reused_tokens,
        },
        "context": context(value.context) if value.context is not None else None,
        "thinking": value.thinking,
        "model": value.model,
        "mode": value.mode,
        "quotation": value.quotation,
        # Only there where nothing was found: what came nearest.
        **({"nearest": [hit(each) for each in value.nearest]} if value.abstained else {}),
        # Only there where a document gives orders to the assistant.
        **({"warning": orders.TOLD, "ordering": told} if (told := orders.told_of(value)) else {}),
        # Only there where the model thought and gave no answer.
        **({"note": value.note} if value.note else {}),
        # Only there where the answer was counted in a table.
        **({"query": value.query} if value.query else {}),
        **({"why": why_form(value.why) if value.why is not None else None} if with_why else {}),
    }


def context(value: ContextUse) -> Json:
    """Turns are named by their place in the conversation, from 0."""
    return {
        "n_ctx": value.n_ctx,
        "prompt_tokens": value.prompt_tokens,
        "reserved_tokens": value.reserved_tokens,
        "kept": list(value.kept),
        "dropped": list(value.dropped),
        "summary": value.summary,
        "documents": list(value.documents),
    }


def pinned_document(value: PinnedDocument) -> Json:
    return {"path": value.path, "title": value.title, "pages": value.pages, "gone": value.gone}


def shown(document: Document, pages: Sequence[Page], inner: Sequence[Document] = ()) -> Json:
    return {
        "path": document.path,
        "type": document.type,
        "pages": [
            {
                "page": page.number,
                "label": page.label,
                "heading": page.headings[0].title if page.headings else "",
                "text": page.text,
            }
            for page in pages
        ],
        "passages": document.passages,
        "state": state(document),
        "code": document.code,
        "reason": document.reason,
        "note": document.note,
        "container": document.container,
        "attachments": [
            {
                "path": each.path,
                "type": each.type,
                "state": state(each),
                "code": each.code,
                "reason": each.reason,
                "passages": each.passages,
            }
            for each in inner
        ],
    }


def state(document: Document) -> str:
    """``"indexed"``, ``"failed"``, or ``"locked"`` for what opens with a password."""
    return "locked" if document.code == "encrypted" else document.state


def library(value: Library) -> Json:
    return {
        "name": value.name,
        "documents": value.documents,
        "failed": value.failed,
        "passages": value.passages,
        "size": value.size_bytes,
        "roots": list(value.roots),
    }


def library_state(value: LibraryState) -> Json:
    return {
        "locked": value.locked,
        "away": value.away,
        "scanned": value.scanned,
        "waiting": value.waiting,
        "watched": value.watched,
        "changed_at": value.changed_at,
        "away_roots": list(value.away_roots),
    }


def library_settings(value: LibrarySettings) -> Json:
    return {
        field.name: list(held) if isinstance(held := getattr(value, field.name), tuple) else held
        for field in fields(value)
    }


def file_state(value: FileState) -> Json:
    document = value.document
    return {
        "path": document.path,
        "library": document.library,
        "type": document.type,
        "state": state(document),
        "code": document.code,
        "reason": document.reason,
        "retry": when_again(document),
        "note": document.note,
        "passages": document.passages,
        "scanned": value.scanned,
        "away": value.away,
        "waiting": value.waiting,
    }


def why(value: Why) -> Json:
    return {
        "path": value.path,
        "state": value.state,
        "words": value.words,
        "hint": value.hint,
        "found_at": value.document.path if value.document is not None else "",
        "passages": value.document.passages if value.document is not None else 0,
        "lines": list(value.lines),
    }


def status(value: Status, states: Sequence[LibraryState] = ()) -> Json:
    more = {each.name: library_state(each) for each in states}
    return {
        "profile": value.profile,
        "libraries": [{**library(found), **more.get(found.name, {})} for found in value.libraries],
        "documents": value.documents,
        "failed": value.failed,
        "passages": value.passages,
        "size": value.vault_bytes,
        "models": [jsonform_models.model_card(card) for card in value.models],
        "network": {
            "policy": value.network_policy,
            "connections": value.connections,
            "refused": value.refused,
        },
        "waiting": {
            "files": value.waiting.files,
            "removals": value.waiting.removals,
            "renewals": value.waiting.renewals,
        },
        "search_index": {"memory": value.index_bytes, "needed": value.index_needed_bytes},
    }


def source(value: Source) -> Json:
    return {
        "name": value.name,
        "library": value.library,
        "address": value.address,
        "query": value.query,
        "key": value.key_column,
        "template": value.template,
        "every": value.every_minutes,
        "rows": value.rows,
        "path": value.path,
        "pulled_at": value.pulled_at,
        "code": value.code,
        "reason": value.reason,
        "hint": value.hint,
    }


def pulled(value: "PullReport") -> Json:
    return {
        "source": value.source,
        "rows": value.rows,
        "added": value.added,
        "changed": value.changed,
        "removed": value.removed,
        "embedded": value.embedded,
        "note": value.note,
        "seconds": round(value.seconds, 3),
    }


def failed_pull(value: FailedFile) -> Json:
    name = value.path.removeprefix("source:")
    return {"source": name, "error": {"code": value.code, "message": value.reason, "hint": ""}}


def doctor(parts: Sequence[PartHealth]) -> Json:
    return {
        "ok": all(part.ok for part in parts),
        "parts": [
            {"name": part.name, "ok": part.ok, "detail": part.detail, "hint": part.hint}
            for part in parts
        ],
    }

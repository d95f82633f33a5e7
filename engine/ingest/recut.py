"""Cutting stored documents anew, when the length of passages was changed.

Works on the stored pages, not on the files. Each document changes in a transaction of its own and
is found before and after; stopped work goes on with the documents that are left.
"""

from collections.abc import Callable, Generator

import numpy as np

from engine.inference.embedder import Embedder
from engine.ingest.chunk import cut
from engine.progress import CancelToken, Progress
from engine.store import recut as store
from engine.store.connect import Vault
from engine.store.vectors import Vectors, digest, embedding_text

SLICE = 64
AT_ONCE = 200


def recut(
    vault: Vault, embedder: Embedder, tokens: int, *,
    cancel: CancelToken, wanted: Callable[[], bool] = lambda: True,
) -> Generator[Progress, None, bool]:  # fmt: skip
    """Cut every document to this length; False where ``wanted`` ended it before."""
    vectors = Vectors(vault)
    total, done = len(store.left(vault, tokens)), 0
    while numbers := store.left(vault, tokens, most=AT_ONCE):
        for number in numbers:
            cancel.check()
            if not wanted():
                return False
            yield Progress("cutting passages anew", done, max(total, done))
            document = store.stored(vault, number)
            if document is None:
                continue
            serving = vectors.ensure(embedder.identity)
            drafts = cut(document.parsed, embedder, tokens)
            title = document.parsed.title
            texts = [embedding_text(title, each.heading, each.text) for each in drafts]
            names = [digest(text) for text in texts]
            by_name = dict(zip(names, texts, strict=True))
            held = vectors.known(serving, by_name)
            new = sorted(by_name.keys() - held.keys(), key=lambda name: len(by_name[name]))
            for start in range(0, len(new), SLICE):
                cancel.check()
                part = new[start : start + SLICE]
                matrix = embedder.embed_passages([by_name[name] for name in part])
                held.update(zip(part, matrix, strict=True))
            rows = [held[name] for name in names]
            whole = np.stack(rows) if rows else np.zeros((0, embedder.identity.dimension), "f4")
            store.replace(vault, document, drafts, names, whole, serving, tokens)
            done += 1
    return True

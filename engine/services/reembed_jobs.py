"""Changing the sentence encoder or the length of passages, beside everything else.

What is wanted stands in the vault, so that stopped or killed work goes on where it was, and so that
one process can pause the work of another. Until the end the old vectors serve: documents are cut
anew one by one, and a new encoder fills a set of its own that is switched to when it is whole.
"""

import json
import shutil
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from engine.errors import DiskFullError, InputError
from engine.inference.embedder import Embedder
from engine.ingest.recut import recut
from engine.progress import CancelToken, Progress
from engine.store import recut as recut_store
from engine.store.check import refill
from engine.store.connect import Vault
from engine.store.facts import EMBEDDER, PASSAGE_TOKENS, REEMBED, Facts
from engine.store.vectors import Vectors

LEAST_TOKENS, MOST_TOKENS = 32, 2048
PASSAGE_BYTES = 900
"""Of a passage in the vault besides its vector, about."""

Serving = Callable[[CancelToken | None], Generator[Progress, None, Embedder]]
Opened = Callable[[str], Embedder]
"""Opens an encoder by its folder; see :func:`engine.services.encoders.Encoders.open`."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was asked for; kept until it is done."""

    embedder: str
    """Folder of the encoder that shall serve; empty for the starter's."""
    passage_tokens: int
    paused: bool = False


@dataclass(frozen=True, slots=True)
class ReembedPlan:
    """What a change will cost, before it begins."""

    change: Change
    documents: int
    """To be cut anew."""
    passages: int
    """To be embedded anew."""
    needed_bytes: int
    free_bytes: int

    @property
    def words(self) -> str:
        """For the user."""
        if not self.documents and not self.passages:
            return "Nothing is to be done."
        return (
            f"{self.documents} documents are cut anew and {self.passages} passages are read by "
            f"the new encoder. It needs about {self.needed_bytes / 1e6:.0f} MB on the disk for a "
            f"while; {self.free_bytes / 1e6:.0f} MB are free. Searching goes on meanwhile."
        )


@dataclass(frozen=True, slots=True)
class Reembedded:
    embedder: str
    passage_tokens: int
    passages: int
    done: bool
    """False where it was paused."""


class ReembedJobs:
    """The change of encoder or passage length of one profile."""

    def __init__(self, vault: Vault, serving: Serving, open_encoder: Opened) -> None:
        self._vault = vault
        self._serving = serving
        self._open = open_encoder
        self._facts = Facts(vault)
        self._vectors = Vectors(vault)

    def state(self) -> Change | None:
        """The change under way or paused; None without one."""
        text = self._facts.get(REEMBED)
        return Change(**json.loads(text)) if text else None

    def now(self) -> Change:
        """The encoder that serves, and the length that new documents are cut to."""
        return Change(self._facts.get(EMBEDDER), self._facts.passage_tokens())

    def pause(self) -> Change | None:
        """Stop the work, also that of another process, after the batch in hand."""
        with self._vault.write():
            change = self.state()
            if change is not None:
                change = replace(change, paused=True)
                self._keep(change)
        return change

    def plan(
        self, *, embedder: str | None = None, passage_tokens: int | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, ReembedPlan]:  # fmt: skip
        """What a change would cost; without arguments, what is left of the one under way.

        ``embedder`` is the folder of an encoder, or empty for the starter's. Raises InputError,
        ModelError.
        """
        now = self.state() or self.now()
        tokens = now.passage_tokens if passage_tokens is None else passage_tokens
        if not LEAST_TOKENS <= tokens <= MOST_TOKENS:
            raise InputError(
                f"Passages can be {LEAST_TOKENS} to {MOST_TOKENS} tokens long.",
                "130 is usual: about five sentences.",
            )
        name = now.embedder if embedder is None else embedder.strip()
        name = str(Path(name).expanduser().absolute()) if name else ""
        current = yield from self._serving(cancel)
        new = current if name == self._facts.get(EMBEDDER) else self._open(name)
        if tokens > new.identity.max_tokens:
            raise InputError(
                f"This encoder reads {new.identity.max_tokens} tokens at most.",
                "Choose shorter passages.",
            )
        documents = len(recut_store.left(self._vault, tokens))
        passages = 0
        if new.identity != current.identity:
            held = self._vectors.matching(new.identity)
            passages = self._vectors.passages() - (self._vectors.count(held) if held else 0)
        vector = new.identity.dimension + 30
        all_documents = max(1, documents)
        share = self._vectors.passages() * (vector + PASSAGE_BYTES) // 4 if documents else 0
        needed = max(0, passages) * vector + share + 1_000_000 * (all_documents > 1)
        free = shutil.disk_usage(self._vault.path.parent).free
        return ReembedPlan(Change(name, tokens), documents, max(0, passages), needed, free)

    def run(
        self, *, embedder: str | None = None, passage_tokens: int | None = None,
        cancel: CancelToken | None = None,
    ) -> Generator[Progress, None, Reembedded]:  # fmt: skip
        """Make the change, or go on with the one under way. Raises as :meth:`plan`, and
        DiskFullError before anything is begun.
        """
        cancel = cancel or CancelToken()
        plan = yield from self.plan(embedder=embedder, passage_tokens=passage_tokens, cancel=cancel)
        change = plan.change
        if plan.free_bytes < plan.needed_bytes:
            raise DiskFullError(
                f"This needs about {plan.needed_bytes / 1e6:.0f} MB on the disk, and "
                f"{plan.free_bytes / 1e6:.0f} MB are free.",
                "Free some space and try again. Nothing was changed.",
            )
        with self._vault.write():
            self._keep(change)
            # New and changed files are cut to the new length from now on.
            self._facts.set(PASSAGE_TOKENS, str(change.passage_tokens))
        current = yield from self._serving(cancel)
        whole = yield from recut(
            self._vault, current, change.passage_tokens, cancel=cancel,
            wanted=lambda: self.state() == change,
        )  # fmt: skip
        if whole and change.embedder != self._facts.get(EMBEDDER):
            whole = yield from self._exchange(change, cancel)
        if whole:
            with self._vault.write():
                if self.state() == change:
                    self._facts.set(REEMBED, "")
        return Reembedded(change.embedder, change.passage_tokens, plan.passages, whole)

    def _exchange(self, change: Change, cancel: CancelToken) -> Generator[Progress, None, bool]:
        new = self._open(change.embedder)
        for progress in refill(
            self._vault, new, cancel=cancel,
            switched=lambda: self._facts.set(EMBEDDER, change.embedder),
        ):  # fmt: skip
            yield progress
            if self.state() != change:
                return False
        return True

    def _keep(self, change: Change) -> None:
        self._facts.set(REEMBED, json.dumps(asdict(change)))

"""``python -m tests.quality.ingest_work STAGE VAULT DOCS``: one piece of work, to be killed in.

The embedder is the tests' own, the vault and all the rest are real. Prints a line before it begins.
"""

import sys
import time
from pathlib import Path

from engine.assistant import Assistant
from engine.inference.embedder import Vectors as Matrix
from engine.ingest import bring_up, index, ingest
from engine.paths import open_profile
from engine.progress import drain
from engine.store import dictionary, space
from engine.store.connect import Vault
from engine.types import Attachment, ParsedDocument
from tests import shelf
from tests.fakes import HashingEmbedder

STAGES = ("ingest", "files", "change", "delete", "renew", "migrate", "import", "compact")
"""``files`` is ``ingest`` with the real parsers in their own processes; ``renew`` exchanges the
encoder; ``import`` takes a library file in; ``compact`` gives the room of removed files back.
"""

FILE = "library.alcove"
"""Name of the library file of ``import``, beside the vault."""
LEARNT = ((2000, 1024), (4000, 2048))
"""So that texts are packed anew within this little work."""


class SlowEmbedder(HashingEmbedder):
    """Takes a moment for each passage, so that kills find it at work."""

    def embed_passages(self, texts: list[str]) -> Matrix:  # type: ignore[override]
        time.sleep(0.0005 * len(texts))
        return super().embed_passages(texts)


def embedder(stage: str) -> HashingEmbedder:
    """The one of the vault, or in ``renew`` the one that takes its place."""
    return SlowEmbedder(32, model_id="other") if stage == "renew" else SlowEmbedder()


def parse(path: Path) -> ParsedDocument:
    """As :func:`tests.shelf.parse`; ``.box`` holds two documents and one that cannot be read."""
    if path.suffix != ".box":
        return shelf.parse(path)
    text = path.read_text("utf-8")
    inner = ParsedDocument(
        "zip", "Inner", shelf.document(text + " deep").pages,
        (Attachment("c.txt", shelf.document(text + " deeper", title="C")),),
    )  # fmt: skip
    return ParsedDocument(
        "zip",
        path.stem,
        shelf.document(text).pages,
        (
            Attachment("a/b.txt", shelf.document(text + " within", title="B")),
            Attachment("inner.zip", inner),
            Attachment("bad.xyz", None, "unsupported", "XYZ files are not supported yet."),
        ),
        note="One file in it is left out.",
    )


def work(stage: str, vault_path: Path, docs: Path) -> None:
    vault = Vault.open(vault_path)
    if stage in ("export", "import"):
        assistant = Assistant(open_profile(vault_path.parent), vault, embedder=embedder(stage))
        jobs, file = assistant.library_jobs, vault_path.with_name(FILE)
        drain(jobs.export("Documents", file) if stage == "export" else jobs.load(file))
        assistant.close()
        return
    try:
        if stage == "ingest":
            drain(ingest.add(vault, embedder(stage), [docs], library="Documents", parse=parse))
        elif stage == "files":
            drain(ingest.add(vault, embedder(stage), [docs], library="Documents"))
        elif stage == "delete":
            ingest.remove(vault, [docs / "old"])
        elif stage == "compact":
            drain(space.compact(vault))
        else:
            drain(ingest.sync(vault, embedder(stage), parse=parse))
    finally:
        vault.close()


def main() -> None:
    stage, vault, docs = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    index.BATCH_FILES = 8
    bring_up.REMOVED_AT_ONCE = 5
    space.BATCH = 10
    dictionary.STEPS = LEARNT
    print("go", flush=True)
    work(stage, vault, docs)


if __name__ == "__main__":
    main()

"""What came of a job, in words: for what is done with whole libraries, and for what was stopped."""

from desktop.library.jobs import Kind, LibraryJob
from desktop.library.source_card import every
from desktop.words import count, size
from engine.services.library_jobs import LibraryExported, LibraryImported, LibraryRemoved
from engine.store.sources import Source

RESUMABLE: tuple[Kind, ...] = ("add", "sync", "resume")
KEPT = "What was read until then stays in the library."
STOPPED: dict[Kind, str] = {
    "drop": "What is left of the library goes with the next update.",
    "export": "No file was written.",
    "source": "The source was not added.",
    "change": "The source is as it was.",
    "import": "What was taken in until then stays; import the file again for the rest.",
}


def stopped_words(job: LibraryJob) -> str:
    return STOPPED.get(job.kind, KEPT)


def removed_words(gone: LibraryRemoved) -> tuple[str, str]:
    words = f"{gone.library} is removed: {count(gone.documents, 'document')}."
    if gone.note:
        return words, gone.note
    freed = f"The disk got {size(gone.freed_bytes)} back. " if gone.freed_bytes else ""
    return words, f"{freed}The files themselves stay where they are."


def exported_words(out: LibraryExported) -> tuple[str, str]:
    return (
        f"{out.library} is written: {count(out.documents, 'document')}, {size(out.size_bytes)}.",
        f"{out.file}. It is not encrypted: whoever has it can read the documents.",
    )


def imported_words(done: LibraryImported) -> tuple[str, str]:
    words = (
        f"{done.library} is imported: {count(done.documents, 'document')}, "
        f"{count(done.passages, 'passage')}."
    )
    notes = []
    if done.already:
        notes.append(f"{count(done.already, 'document')} here already stayed as they are.")
    if done.embedded:
        notes.append(f"{count(done.embedded, 'passage')} read anew for the encoder used here.")
    notes.append("Add their folders again to keep these documents up to date.")
    return words, " ".join(notes)


def result_words(result: object) -> tuple[str, str] | None:
    """A sentence and what else to know; None for results that are told elsewhere."""
    if isinstance(result, Source):
        return f"{result.name} is pulled {every(result.every_minutes)} from now on.", ""
    if isinstance(result, LibraryRemoved):
        return removed_words(result)
    if isinstance(result, LibraryExported):
        return exported_words(result)
    if isinstance(result, LibraryImported):
        return imported_words(result)
    return None

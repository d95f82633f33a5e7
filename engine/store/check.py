"""Checking a vault, and making anew what is derived in it."""

from collections.abc import Callable, Generator, Sequence

import apsw

from engine.errors import DamagedVaultError
from engine.inference.embedder import Embedder
from engine.progress import CancelToken, Progress, drain
from engine.store import migrate, tallies
from engine.store.attached import SEPARATOR
from engine.store.connect import Vault
from engine.store.faults import damaged
from engine.store.jobs import Jobs
from engine.store.rows import rows, value
from engine.store.space import rebuild
from engine.store.vectors import Vectors
from engine.types import PartHealth

REPAIR = "Run `alcove doctor --repair`."
ADD_AGAIN = "Add the files named here again; they are read anew."
TABLES = (
    "libraries",
    "roots",
    "documents",
    "pages",
    "texts",
    "spans",
    "jobs",
    "job_files",
    "words",
    "conversations",
    "messages",
)

NAMED = 3
"""How many files a line of the report names."""

BATCH = 256
"""Passages embedded between two progress readings."""


def check(vault: Vault, deep: bool = False) -> list[PartHealth]:
    """The state of the vault's parts.

    Quick: version, structure of the file, references. Deep: also every page of the file, and
    whether words, vectors and passages agree with the page texts.
    """
    parts = [_version(vault), _structure(vault, deep)]
    if not parts[-1].ok:
        return parts
    parts += [_references(vault), _attachments(vault), _jobs(vault), _vectors(vault, deep)]
    if deep:
        parts += [_words(vault), _spans(vault)]
    return parts


def repair(vault: Vault, embedder: Embedder) -> None:
    """Rebuild the word index and the vectors from the passages."""
    with vault.write() as db:
        db.execute("INSERT INTO words(words) VALUES ('rebuild')")
        tallies.recount(db)
    drain(refill(vault, embedder))
    store = Vectors(vault)
    serving = store.serving()
    if serving is not None:
        store.drop_strays(serving)


def refill(
    vault: Vault,
    embedder: Embedder,
    *,
    cancel: CancelToken | None = None,
    switched: Callable[[], None] = lambda: None,
) -> Generator[Progress, None, None]:
    """Embed every passage that this embedder's set lacks, then let the set serve.

    Each batch is stored in its own transaction: stopped work goes on where it was. The set that
    served before stays whole until the switch, in whose transaction ``switched`` runs.
    """
    store = Vectors(vault)
    wanted = store.ensure(embedder.identity)
    if wanted.storage == "float32":
        wanted = yield from rebuild(vault, wanted, cancel=cancel)
    for other in store.sets():
        if not other.serving and other.id != wanted.id:
            store.drop(other)
    while True:
        total, done, last = store.passages(), store.count(wanted), 0
        while batch := store.missing(wanted, BATCH, after=last):
            if cancel is not None:
                cancel.check()
            yield Progress("renewing meanings", min(done, total), total)
            ids = [id for id, _ in batch]
            store.fill(wanted, ids, embedder.embed_passages([text for _, text in batch]))
            done, last = done + len(batch), ids[-1]
        with vault.write():
            if store.switch(wanted):
                switched()
                return


def _version(vault: Vault) -> PartHealth:
    with vault.read() as db:
        found = migrate.version(db)
    newest = migrate.newest()
    return PartHealth("vault", found == newest, f"{vault.path}, version {found} of {newest}")


def _structure(vault: Vault, deep: bool) -> PartHealth:
    """Deep reads every page of the file; quick asks each table for a row."""
    try:
        # An older connection may hold the shape of a word index that was rebuilt since.
        with vault.read(fresh=deep) as db:
            if deep:
                found = [str(line) for (line,) in rows(db, "PRAGMA integrity_check(5)")]
            else:
                for table in TABLES:
                    value(db, f"SELECT 1 FROM {table} LIMIT 1")
                found = ["ok"]
    except DamagedVaultError as error:
        return PartHealth("file", False, error.message, error.hint)
    if found != ["ok"]:
        return PartHealth("file", False, "; ".join(found), damaged(vault.path).hint)
    return PartHealth("file", True, "every page is sound" if deep else "opens and reads")


def _references(vault: Vault) -> PartHealth:
    with vault.read() as db:
        broken = len(rows(db, "PRAGMA foreign_key_check"))
        counted = rows(
            db,
            "SELECT path FROM documents WHERE passage_count <> "
            "(SELECT count(*) FROM passages WHERE document_id = documents.id)",
        )
    if broken or counted:
        detail = f"{broken} rows point nowhere; {_named(counted)} hold another number of passages"
        return PartHealth("references", False, detail, ADD_AGAIN)
    return PartHealth("references", True, "documents, pages and passages belong together")


def _attachments(vault: Vault) -> PartHealth:
    """Documents inside files lie where their paths say, and go with the file."""
    with vault.read() as db:
        wrong = rows(
            db,
            "SELECT inside.path FROM documents AS inside "
            "JOIN documents AS outside ON outside.id = inside.parent_id "
            "WHERE inside.library_id <> outside.library_id OR outside.state <> 'indexed' "
            "OR substr(inside.path, 1, length(outside.path) + 2) <> outside.path || ?",
            (SEPARATOR,),
        )
        held = value(db, "SELECT count(*) FROM documents WHERE parent_id IS NOT NULL")
    if wrong:
        detail = f"apart from the file they lie in: {_named(wrong)}"
        return PartHealth("attachments", False, detail, ADD_AGAIN)
    return PartHealth("attachments", True, f"{held} documents inside files, all with their file")


def _jobs(vault: Vault) -> PartHealth:
    """Interrupted work is no fault, but it should be known."""
    waiting = Jobs(vault).waiting()
    if not waiting:
        return PartHealth("jobs", True, "no interrupted work")
    return PartHealth(
        "jobs",
        True,
        f"interrupted: {waiting.files} files to read, {waiting.removals} documents to forget, "
        f"{waiting.renewals} passages to renew",
        "Run `alcove sync` to go on.",
    )


def _vectors(vault: Vault, deep: bool) -> PartHealth:
    store = Vectors(vault)
    serving = store.serving()
    passages = store.passages()
    if serving is None:
        return PartHealth(
            "meanings", passages == 0, "no passages yet", "" if not passages else REPAIR
        )
    detail = f"{passages} passages by {serving.identity.model_id}"
    filling = [each for each in store.sets() if not each.serving]
    if filling:
        detail += f"; a set by {filling[0].identity.model_id} is being filled (`alcove sync`)"
    if deep:
        lacking = len(store.missing(serving, passages + 1))
        strays = store.strays(serving)
        if lacking or strays:
            return PartHealth(
                "meanings",
                False,
                f"{lacking} passages lack a vector, {strays} vectors lack a passage",
                REPAIR,
            )
    elif store.count(serving) != passages:
        return PartHealth(
            "meanings", False, f"{store.count(serving)} vectors for {passages} passages", REPAIR
        )
    return PartHealth("meanings", True, detail)


def _words(vault: Vault) -> PartHealth:
    """FTS5 compares every word of its index with the passages."""
    try:
        with vault.write() as db:
            db.execute("INSERT INTO words(words, rank) VALUES ('integrity-check', 1)")
    except DamagedVaultError:
        return PartHealth("words", False, "the word index disagrees with the passages", REPAIR)
    return PartHealth("words", True, "the word index agrees with the passages")


def _spans(vault: Vault) -> PartHealth:
    """Every page can be read whole, and every passage stands in its page."""
    wrong: set[str] = set()
    with vault.read() as db:
        for id, length, path in rows(
            db,
            "SELECT pages.id, length, path FROM pages "
            "JOIN documents ON documents.id = pages.document_id",
        ):
            try:
                whole = value(db, "SELECT length(page_text(?)) = ?", (id, length))
            except apsw.CorruptError:
                whole = False
            if not whole:
                wrong.add(path)
        apart = rows(
            db,
            "SELECT DISTINCT path FROM spans JOIN documents ON documents.id = spans.document_id "
            "LEFT JOIN pages ON pages.document_id = spans.document_id "
            "AND pages.number = spans.page "
            'WHERE length IS NULL OR start < 0 OR start >= "end" OR "end" > length '
            "OR (heading > 0 AND NOT EXISTS "
            "(SELECT 1 FROM headings WHERE headings.id = (spans.document_id << 24) + heading))",
        )
    wrong |= {path for (path,) in apart}
    if wrong:
        files = _named([(path,) for path in sorted(wrong)])
        return PartHealth("passages", False, f"cannot be read from their pages: {files}", ADD_AGAIN)
    return PartHealth("passages", True, "every passage stands in its page")


def _named(paths: Sequence[tuple[object, ...]]) -> str:
    shown = ", ".join(str(path) for (path,) in paths[:NAMED])
    more = len(paths) - NAMED
    return shown + (f" and {more} more" if more > 0 else "") if paths else "no documents"

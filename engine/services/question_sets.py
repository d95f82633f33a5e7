"""Sets of questions that are kept to be asked again and again, wherever they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError
from engine.evaluate.questions import (
    BadLine,
    Question,
    as_row,
    checked_questions,
    from_row,
    set_hash,
    write_questions,
)
from engine.store.connect import Vault
from engine.store.question_sets import QuestionSets, StoredSet

ORIGINS = {
    "written": "written by hand",
    "file": "from a file",
    "library": "made from the library",
    "thumbs": "from thumbs and corrections",
}


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """One set of questions."""

    id: int
    name: str
    origin: str
    """One of :data:`ORIGINS`."""
    library: str
    """That it asks about; empty for all."""
    questions: tuple[Question, ...]
    sha256: str
    frozen: bool
    """It was asked: its questions stay as they are."""

    @property
    def kinds(self) -> dict[str, int]:
        """How many questions there are of each type."""
        found: dict[str, int] = {}
        for each in self.questions:
            found[each.kind] = found.get(each.kind, 0) + 1
        return found


class QuestionShelf:
    """The sets of one profile. Quick; safe from several threads."""

    def __init__(self, vault: Vault) -> None:
        self._store = QuestionSets(vault)

    def all(self) -> list[QuestionSet]:
        """Every set, the newest first."""
        return [_set(each) for each in self._store.all()]

    def one(self, set_id: int) -> QuestionSet:
        """Raises NotFoundError."""
        return _set(self._store.one(set_id))

    def named(self, name: str) -> QuestionSet:
        """Raises InputError, which names those there are."""
        every = self.all()
        for each in every:
            if each.name == name:
                return each
        known = ", ".join(each.name for each in every) or "none yet"
        raise InputError(f"There is no set of questions called “{name}”.", f"Sets here: {known}.")

    def keep(
        self,
        name: str,
        questions: Sequence[Question],
        *,
        origin: str = "written",
        library: str = "",
        set_id: int | None = None,
    ) -> int:
        """Keep a set, or what was changed of one; returns its number.

        Raises InputError for a set without a name or questions, a name that is taken, and a set
        that was asked already.
        """
        name, questions = name.strip(), checked(questions)
        if not name:
            raise InputError("The set has no name.", "Give it one that you will know again.")
        rows, sha256 = [as_row(each) for each in questions], set_hash(questions)
        if set_id is None:
            return self._store.add(name, origin, library, rows, sha256)
        self._store.change(set_id, name, library, rows, sha256)
        return set_id

    def read(self, path: Path) -> tuple[list[Question], list[BadLine]]:
        """The questions of a file, and its lines that are none. Raises InputError."""
        return checked_questions(path)

    def write(self, set_id: int, path: Path) -> int:
        """Write a set to a file; returns how many questions. Raises InputError."""
        found = self.one(set_id).questions
        write_questions(path, found)
        return len(found)

    def freeze(self, set_id: int) -> None:
        """From now on its questions stay as they are."""
        self._store.freeze(set_id)

    def remove(self, set_id: int) -> None:
        """Forget a set; evaluations keep the questions they asked."""
        self._store.remove(set_id)


def checked(questions: Sequence[Question]) -> list[Question]:
    """Those that ask something, each once. Raises InputError where none is left."""
    found: dict[str, Question] = {}
    for each in questions:
        if each.question.strip():
            found.setdefault(" ".join(each.question.split()).casefold(), each)
    if not found:
        raise InputError("There is no question in this set.", "Write at least one.")
    return list(found.values())


def _set(stored: StoredSet) -> QuestionSet:
    return QuestionSet(
        stored.id,
        stored.name,
        stored.origin,
        stored.library,
        tuple(from_row(each) for each in stored.questions),
        stored.sha256,
        stored.frozen_at is not None,
    )

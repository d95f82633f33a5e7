"""Why an answer came out as it did: what was found, what was read, how sure it was, how long."""

from dataclasses import dataclass
from typing import Literal

Found = Literal["words", "meaning", "both"]
Use = Literal["cited", "read", "cut", "unread"]


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that was found for the question."""

    rank: int
    """From 1, by the score."""
    path: str
    page: int
    label: str
    """What a reader calls the page where that is not its number."""
    heading: str
    start: int
    end: int
    passage_id: int
    document_id: int
    score: float
    """Fused, in [0, 1]."""
    words: float
    """Normalised BM25, in [0, 1]; 0 where the words did not find it."""
    meaning: float
    """Cosine similarity of question and passage, in [-1, 1]."""
    found_by: Found
    use: Use
    """Cited by the answer; read but not cited; cut for want of space; not needed."""
    gives_orders: bool = False
    """It holds orders to the assistant, which were left unread."""
    part: bool = False
    """Only the sentences around those that meet the question were read, for want of space."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of answering and how long it took."""

    name: str
    """``"count"``, ``"search"``, ``"weigh"``, ``"decide"``, ``"write"``."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Why:
    """The way from a question to its answer."""

    asked: str
    """The question that was searched for: a follow-up made whole."""
    passages: tuple[FoundPassage, ...] = ()
    steps: tuple[Step, ...] = ()
    probability: float | None = None
    """Estimated probability that the documents answer the question; None where none was made."""
    threshold: float | None = None
    """Least probability for which an answer is given."""
    calibrated: bool = False
    """The estimate was fitted on this library."""
    signals: tuple[tuple[str, float], ...] = ()
    """What the estimate is made of, by name."""
    corrections: tuple[tuple[str, str], ...] = ()
    """Words as they were typed and as they were searched for."""
    expansions: tuple[tuple[str, str], ...] = ()
    """Words of the question and what was searched for beside them."""
    filters: tuple[tuple[str, str], ...] = ()
    """What the search was narrowed to: name and value, as typed."""
    phrases: tuple[str, ...] = ()
    """Quoted words and codes of the question, which were searched for word for word."""
    whole: tuple[str, ...] = ()
    """Paths of the documents that the model read from their beginning to their end."""
    ordering: tuple[str, ...] = ()
    """Those of them that give orders to the assistant."""

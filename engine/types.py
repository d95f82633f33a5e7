"""The values the parts hand to each other. Plain, frozen, without behaviour.

Positions are character offsets (Unicode code points) into the text of one page, end exclusive,
so that ``page.text[start:end]`` is the quoted text. Pages count from 1.
"""

from dataclasses import dataclass
from typing import Literal

from engine.model_types import Message, Role, Usage
from engine.why_types import Why

Mode = Literal["plain", "rag", "tuned", "both"]


# --- documents ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a page's text."""

    start: int
    level: int
    """1 is the highest."""
    title: str


@dataclass(frozen=True, slots=True)
class SheetRows:
    """Lines of a page that are rows of a sheet, one after the other, until the next of these."""

    start: int
    """Where the first of the lines begins in the page's text."""
    row: int
    """Number of that row in its sheet, from 1; the next line is the next row."""
    columns: tuple[int, ...]
    """Numbers of the columns, from 1, in which the cells of each line stand; empty where the
    lines are no rows, or not known to be."""


Area = tuple[int, int, int, int]
"""Cells of a sheet: first row, first column, last row, last column, from 1."""


@dataclass(frozen=True, slots=True)
class Page:
    """The text of one page. Formats without pages have exactly one, number 1."""

    number: int
    text: str
    headings: tuple[Heading, ...] = ()
    label: str = ""
    """What a reader calls it where that is not its number: ``"Slide 3"``, ``"Sheet Rates"``."""
    rows: tuple[SheetRows, ...] = ()
    """Of a sheet: which rows its lines are, in the order of the text."""
    merged: tuple[Area, ...] = ()
    """Of a sheet: areas that are one cell, whose text stands in every line that they cover."""


Cell = str | int | float | None
"""A value of a table: dates as ISO text, nothing as None."""
ColumnType = Literal["integer", "real", "date", "text"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    type: ColumnType = "text"
    unit: str = ""
    """What stands beside its numbers: ``"€"``, ``"kg"``, ``"%"``; mostly empty."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be counted in, its rows in the order of the page texts."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    places: tuple[tuple[int, int, int], ...]
    """Page, start and end of each row in the text of its page."""


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """What a parser made of a file."""

    type: str
    """``"pdf"``, ``"docx"``, ``"markdown"``, ``"html"``, ``"text"`` and so on: see the parsers."""
    title: str
    """From the file's own metadata or first heading; the file's stem where it has neither."""
    pages: tuple[Page, ...]
    attachments: tuple["Attachment", ...] = ()
    """Files inside this one: of a mail, an archive, a PDF."""
    note: str = ""
    """What was left out or had to be guessed, in words for the user; mostly empty."""
    tables: tuple[Table, ...] = ()
    """Its tables as values; those that stand in the page texts as rows of ``|`` are found there."""
    scanned: int = 0
    """Pages that are pictures of text, whether they were read or not."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside a file; it becomes a document of its own."""

    name: str
    """Its name in the container, folders parted by ``/``; never leads out of it."""
    parsed: ParsedDocument | None
    """None where it could not be read; then code and reason say why."""
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A passage as cut from a page, before it is stored."""

    page: int
    start: int
    end: int
    heading: str
    """Heading path, outermost first, joined by ``" › "``; empty where there is none."""
    text: str
    """Exactly ``page.text[start:end]``."""
    tokens: int
    """Length in the embedder's tokens, title and heading not counted."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as stored."""

    id: int
    document_id: int
    path: str
    title: str
    page: int
    start: int
    end: int
    heading: str
    text: str
    label: str = ""
    """The page's label; empty where its number says it."""


@dataclass(frozen=True, slots=True)
class Library:
    """A named set of documents and the folders they come from."""

    id: int
    name: str
    documents: int
    failed: int
    passages: int
    size_bytes: int
    changed_at: float | None
    """Unix seconds of the last change to any of its documents."""
    roots: tuple[str, ...] = ()
    """Files and folders the user added, which ``sync`` looks at again."""


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a library, indexed or failed."""

    id: int
    library: str
    path: str
    type: str
    title: str
    state: Literal["indexed", "failed"]
    pages: int
    passages: int
    size_bytes: int
    indexed_at: float
    code: str = ""
    """``"encrypted"``: it is locked and opens with a password."""
    reason: str = ""
    """Why it failed, in words for the user."""
    note: str = ""
    """What was left out or had to be guessed, in words for the user; mostly empty."""
    container: str = ""
    """Path of the document that it lies in; empty for a file of its own."""


# --- search ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question. The order of hits is the order of their scores."""

    rank: int
    """From 1."""
    passage: Passage
    score: float
    """Of this passage, about 0 to 1, higher is better: words, meaning and closeness, each
    normalised over the candidates (:mod:`engine.retrieve.fuse`); for a description together with
    the words of the best passages, brought back to that scale; moved up or down where it was read
    again beside others as close (:mod:`engine.retrieve.interaction`)."""
    words: float
    """Normalised BM25 part of the score, in [0, 1]; 0 where the words did not find it."""
    meaning: float
    """Cosine similarity of question and passage, in [-1, 1]."""
    also: tuple[str, ...] = ()
    """Other documents that hold the same passage at the same place."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a search made of the question, to be told to who asked it."""

    text: str
    """The question without filters and slips of the keyboard."""
    language: str = ""
    """ISO 639-1 code; empty where it could not be told."""
    phrases: tuple[str, ...] = ()
    """Quoted words and codes, which have to stand together."""
    filters: tuple[tuple[str, str], ...] = ()
    """Name and value, as typed."""
    corrections: tuple[tuple[str, str], ...] = ()
    """Words that no document holds, and what was searched for in their place."""
    expansions: tuple[tuple[str, str], ...] = ()
    """Terms of the glossary in the question, and what was also searched for."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    hits: tuple[Hit, ...]
    seconds: float
    query: Understood | None = None
    """What was understood of the question; None where it was not looked into."""


# --- answers -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CitedCell:
    """A cell of a sheet that a quote is about, at its place on the page."""

    name: str
    """As spreadsheet programs write it: ``"Prices!C7"``; without a sheet, ``"C7"``."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that was checked to stand in a page of a document."""

    path: str
    page: int
    start: int
    end: int
    quote: str
    """Exactly ``page.text[start:end]``."""
    passage_id: int = 0
    document_id: int = 0
    label: str = ""
    """What a reader calls the page where that is not its number."""
    also: tuple[str, ...] = ()
    """Other documents in which the same stands."""
    gives_orders: bool = False
    """Around it the document gives orders to the assistant, which were not followed."""
    cells: tuple[CitedCell, ...] = ()
    """Of a sheet: the cells of the quote that hold what was said; empty for all other pages."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with the numbers (from 1) of the citations that support it."""

    text: str
    citations: tuple[int, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class Timings:
    retrieve_s: float
    first_token_s: float
    total_s: float
    tokens_per_s: float = 0.0
    """Writing speed of the model, prefill not counted; 0 where it wrote nothing."""


@dataclass(frozen=True, slots=True)
class ContextUse:
    """What of a conversation the model had before it.

    Turns are named by their place in the conversation, from 0; the question is the last one.
    """

    n_ctx: int
    prompt_tokens: int
    """Length of the whole prompt: rules, kept turns, passages, question."""
    reserved_tokens: int
    """Room kept free for the answer."""
    kept: tuple[int, ...]
    """Turns that the model read word for word."""
    dropped: tuple[int, ...]
    """Older turns that it did not read, or only as a summary."""
    summary: str = ""
    """What stood in their place; empty where they were left out."""
    passages: tuple[tuple[int, int, int], ...] = ()
    """Passages that came with the question, in prompt order: id, start and end on the page."""

    documents: tuple[str, ...] = ()
    """Paths of the pinned documents that stood whole before it."""

    @property
    def fits(self) -> bool:
        """False where even the pinned turns and the last one are too long."""
        return self.prompt_tokens + self.reserved_tokens <= self.n_ctx


@dataclass(frozen=True, slots=True)
class PinnedDocument:
    """A document that stays before the model in a conversation."""

    path: str
    title: str
    pages: int = 0
    gone: bool = False
    """It is no longer in the library, or could not be read any more; it is not read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: text, what supports each sentence, and what it cost."""

    question: str
    text: str
    abstained: bool
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    timings: Timings
    usage: Usage
    mode: Mode = "rag"
    model: str = ""
    nearest: tuple[Hit, ...] = ()
    """The passages offered where the answer abstained, best first."""
    stopped: bool = False
    """The user stopped it; the text is what had been written by then."""
    quotation: bool = False
    """The text is quoted from the documents, not written by the model."""
    context: ContextUse | None = None
    """What the model had before it; None where it read no conversation."""
    thinking: str = ""
    """What a thinking model wrote before its answer; shown folded."""
    query: str = ""
    """The SQL query that counted it; empty where nothing was counted."""
    note: str = ""
    """Why there is no answer though the model thought, or how an adapter is to be asked, and what
    to do; mostly empty."""
    why: Why | None = None
    """What was found, read and decided on the way; None without documents."""
    tasks: tuple[str, ...] = ()
    """What the adapters that took part were taught, as far as they say; a correction is about
    that."""
    asked: tuple[Message, ...] = ()
    """What an adapter was asked in its own form, each question by itself; empty without one."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Event of ``ask``: the passages that were packed into the prompt, in prompt order."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class AnswerDelta:
    """Event of ``ask``: a further piece of the text as it is being written."""

    text: str


AskEvent = Retrieved | AnswerDelta


# --- conversations -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conversation:
    id: int
    title: str
    created_at: float
    changed_at: float
    model: str = ""
    """Name of the chat model it is held with; empty takes the default."""
    adapters: tuple[tuple[str, float], ...] | None = None
    """Files and strengths of the adapters it is held with; None takes those of the model."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One stored turn; ``answer`` is set on the assistant's."""

    id: int
    role: Role
    text: str
    created_at: float
    answer: Answer | None = None
    pinned: bool = False
    """Stays in the model's context however long the conversation grows."""
    up: bool | None = None
    """The user's thumb on an answer; None without one."""
    correction: str = ""
    """What the user wrote in place of an answer; mostly empty."""


# --- health ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One line of ``doctor``."""

    name: str
    ok: bool
    detail: str
    hint: str = ""

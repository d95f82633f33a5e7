"""What an adapter takes part in, by the task that it was taught.

A question is answered from documents or by the model alone. An adapter that was taught to give
labels or to write SQL would give those where a sentence of the documents is wanted, so that it is
left out there; alone it does what it was taught.
"""

from collections.abc import Mapping
from typing import Literal

from engine.formats.adapter import GROUNDED

Documents = Literal["always", "trusted", "never"]
"""Whether it words answers from documents; ``trusted``: where the model alone may word them."""

TASKS: Mapping[str, Documents] = {
    GROUNDED: "always",
    "tone": "trusted",
    "classification": "never",
    "extraction": "never",
    "summaries": "never",
    "translation": "never",
    "abbreviations": "never",
    "text to SQL": "never",
}
DOES: Mapping[str, str] = {
    "classification": "gives your labels",
    "extraction": "takes fields out of texts",
    "summaries": "sums texts up",
    "translation": "translates with your terms",
    "abbreviations": "says what your short forms mean",
    "text to SQL": "writes queries",
}


def is_alone(task: str) -> bool:
    """Whether an adapter of this task answers each text by itself, where no documents are asked."""
    return task in DOES


def talks(task: str) -> bool:
    """Whether an adapter of this task takes part where no documents are asked.

    One that was taught to answer from given sentences alone does only where it is asked for.
    """
    return task != GROUNDED


def words_documents(task: str, *, trusted: bool) -> bool:
    """Whether an adapter of this task words answers from documents.

    ``trusted`` tells that the model is large enough to word them by itself. A task that is not
    known here, as of an adapter from elsewhere, is not left out: what it words is checked.
    """
    documents = TASKS.get(task, "always")
    return documents == "always" or (documents == "trusted" and trusted)


def told(task: str, *, trusted: bool) -> str:
    """What an adapter of this task is used for and what it is left out of, in sentences."""
    if task == GROUNDED:
        return "It words short answers from your documents."
    if task not in TASKS:
        return (
            "What it was made for is not known: it words answers, also from your documents, where "
            "every sentence is checked."
        )
    if task == "tone" and trusted:
        return "It words answers, from your documents and without them."
    if task == "tone":
        return (
            "It words answers without documents. It is left out of answers from your documents, "
            "which so small a model quotes word for word."
        )
    return (
        f"It {DOES[task]} where you ask without documents. It is left out of answers from your "
        "documents."
    )

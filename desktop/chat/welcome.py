"""What an empty conversation says, before and after there are documents."""

from desktop.facts import Facts
from desktop.words import count


def welcome(facts: Facts | None) -> tuple[str, str]:
    """Title and words."""
    status = facts.status if facts is not None else None
    if status is not None and not status.documents:
        return (
            "Ask your own documents",
            "Alcove answers from the files on this machine and shows the page that every "
            "answer stands on. Add a folder to begin; nothing leaves this machine.",
        )
    documents = count(status.documents, "document") if status else "Your documents"
    ready = "is ready" if status and status.documents == 1 else "are ready"
    return (
        "Ask your documents",
        f"{documents} {ready}. Every answer shows where it stands, and what your "
        "documents do not say is told as such. Nothing leaves this machine.",
    )

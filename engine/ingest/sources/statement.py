"""Queries may read and nothing else. The database's own read-only mode stands behind this check."""

import re

from engine.ingest.sources.sheet import SourceError

_SKIPPED = re.compile(
    r"'(?:[^']|'')*'"  # a text
    r'|"(?:[^"]|"")*"'  # a name in quotes
    r"|`[^`]*`|\[[^\]]*\]"
    r"|\$(\w*)\$.*?\$\1\$"  # PostgreSQL's other way to write a text
    r"|--[^\n]*|/\*.*?\*/",
    re.DOTALL,
)
_READING = ("select", "with", "values", "table")
_WRITING = re.compile(
    r"\b(?:insert|update|delete|merge|drop|alter|create|truncate|grant|revoke|into|attach|detach|"
    r"pragma|vacuum|reindex)\b",
    re.IGNORECASE,
)


def checked(query: str) -> str:
    """The query without a semicolon at its end. Raises SourceError where it does not only read."""
    query = query.strip().rstrip(";").rstrip()
    bare = _SKIPPED.sub(" x ", query)
    words = bare.split()
    if not words:
        raise SourceError("The query is empty.", "Write a SELECT.", code="source_query")
    if ";" in bare:
        raise SourceError(
            "Only one statement can be a source.",
            "Write a single SELECT without semicolons.",
            code="source_writes",
        )
    found = _WRITING.search(bare)
    if words[0].lower().strip("(") not in _READING or found:
        word = found[0] if found else words[0]
        raise SourceError(
            f"A source only reads, and this query says {word.upper()}.",
            "Write a SELECT. A column of that name can stand in double quotes.",
            code="source_writes",
        )
    return query


def of_table(name: str) -> str:
    """A query for a whole table, its schema before a dot."""
    parts = name.split(".")
    return "SELECT * FROM " + ".".join('"' + part.replace('"', '""') + '"' for part in parts)

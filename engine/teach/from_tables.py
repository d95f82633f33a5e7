"""Examples from tables: labels, fields, pairs of wordings, questions with their SQL."""

import json
from collections import Counter
from collections.abc import Callable, Sequence

from engine.errors import InputError
from engine.formats.examples import Example
from engine.teach import from_glossary
from engine.teach.grounded import LeftOut
from engine.teach.recipes import Recipe
from engine.teach.rows import Row, TableFile

TEXT = ("text", "sentence", "query", "message", "utterance", "content", "document", "input")
LABEL = ("label", "category", "intent", "class", "kind", "topic")
SUMMARY = ("summary", "abstract", "highlights", "short")
QUESTION = ("question", "query", "text", "prompt")
SQL = ("sql", "query", "answer", "completion")
SCHEMA = ("schema", "context", "table", "columns")
FEWEST_OF_A_LABEL = 2

Made = tuple[list[Example], list[LeftOut]]


def examples(recipe: Recipe, table: TableFile, columns: Sequence[str] = ()) -> Made:
    """Examples from the rows of a table; ``columns`` names those that are meant, in order.

    Raises InputError where the columns cannot be told, or the recipe takes no table.
    """
    makers: dict[str, Callable[[Recipe, TableFile, Sequence[str]], Made]] = {
        "classify": _labels,
        "extract": _fields,
        "summarise": _summaries,
        "translate": _pairs,
        "abbreviations": _terms,
        "sql": _sql,
        "style": _wordings,
    }
    maker = makers.get(recipe.name)
    if maker is None:
        raise InputError(
            f"A table is no source for “{recipe.purpose}”.",
            "It takes: " + ", ".join(recipe.sources) + ".",
        )
    return maker(recipe, table, table.named(columns))


def _two(
    table: TableFile, named: Sequence[str], first: Sequence[str], second: Sequence[str]
) -> tuple[str, str]:
    if len(named) == 1:
        raise InputError("Two columns are needed.", "Name them: --columns text,label")
    if named:
        return named[0], named[1]
    only_two = len(table.columns) == 2
    return (
        table.column(first, place=0 if only_two else None),
        table.column(second, place=1 if only_two else None),
    )


def _source(table: TableFile, row: Row) -> str:
    return f"{table.name}, line {row.line}"


def _lacking(column: str) -> LeftOut:
    return LeftOut(f"their {column} is empty")


def _labels(recipe: Recipe, table: TableFile, named: Sequence[str]) -> Made:
    text, label = _two(table, named, TEXT, LABEL)
    counts = Counter(row.cells.get(label, "") for row in table.rows)
    kept: list[Example] = []
    left: list[LeftOut] = []
    for row in table.rows:
        words, answer = row.cells.get(text, ""), row.cells.get(label, "")
        if not words or not answer:
            left.append(_lacking(label if words else text))
        elif counts[answer] < FEWEST_OF_A_LABEL:
            left.append(LeftOut("their label occurs once only"))
        else:
            kept.append(
                recipe.example(
                    {"text": words}, answer, source=_source(table, row),
                    why=f"one of {counts[answer]} with this label", question=words,
                )
            )  # fmt: skip
    return kept, left


def _fields(recipe: Recipe, table: TableFile, named: Sequence[str]) -> Made:
    text = named[0] if named else table.column(TEXT)
    fields = [each for each in (named[1:] or table.columns) if each != text]
    if not fields:
        raise InputError(f"{table.name} has no fields beside {text}.", "Add a column for each.")
    kept: list[Example] = []
    left: list[LeftOut] = []
    for row in table.rows:
        words = row.cells.get(text, "")
        values = {field: row.cells.get(field, "") for field in fields}
        told = {field: value for field, value in values.items() if value}
        plain = " ".join(words.casefold().split())
        if not words:
            left.append(_lacking(text))
        elif any(" ".join(value.casefold().split()) not in plain for value in told.values()):
            left.append(LeftOut("a field of theirs does not stand in the text"))
        else:
            kept.append(
                recipe.example(
                    {"text": words, "fields": ", ".join(fields)},
                    json.dumps(values, ensure_ascii=False),
                    source=_source(table, row),
                    why=f"{len(told)} of {len(fields)} fields stand in the text",
                    question=words,
                )
            )
    return kept, left


def _summaries(recipe: Recipe, table: TableFile, named: Sequence[str]) -> Made:
    text, summary = _two(table, named, TEXT, SUMMARY)
    kept: list[Example] = []
    left: list[LeftOut] = []
    for row in table.rows:
        words, answer = row.cells.get(text, ""), row.cells.get(summary, "")
        if not words or not answer:
            left.append(_lacking(summary if words else text))
        elif len(answer) >= len(words):
            left.append(LeftOut("their summary is no shorter than the text"))
        else:
            why = f"{len(answer.split())} words for {len(words.split())}"
            kept.append(
                recipe.example({"text": words}, answer, source=_source(table, row), why=why)
            )
    return kept, left


def _pairs(recipe: Recipe, table: TableFile, named: Sequence[str]) -> Made:
    first, second = named[:2] if len(named) >= 2 else table.columns[:2] if not named else ("", "")
    if not second:
        raise InputError("Two columns are needed.", "Name them: --columns German,English")
    kept: list[Example] = []
    left: list[LeftOut] = []
    for row in table.rows:
        words, answer = row.cells.get(first, ""), row.cells.get(second, "")
        if not words or not answer:
            left.append(_lacking(second if words else first))
            continue
        parts = {"from": first, "to": second, "text": words}
        kept.append(
            recipe.example(
                parts, answer, source=_source(table, row), why="a pair of yours", question=words
            )
        )
    return kept, left


def _terms(recipe: Recipe, table: TableFile, named: Sequence[str]) -> Made:
    first, second = named[:2] if len(named) >= 2 else table.columns[:2]
    pairs = [(row.cells.get(first, ""), row.cells.get(second, "")) for row in table.rows]
    left = [_lacking(second if term else first) for term, said in pairs if not (term and said)]
    return from_glossary.examples(recipe, pairs, origin=table.name), left


def _sql(recipe: Recipe, table: TableFile, named: Sequence[str]) -> Made:
    kept: list[Example] = []
    left: list[LeftOut] = []
    for row in table.rows:
        if table.columns == ("text",):
            schema, question, query = _written_out(row.cells.get("text", ""))
        else:
            asked, wanted = _two(table, named, QUESTION, SQL)
            question, query = row.cells.get(asked, ""), row.cells.get(wanted, "")
            others = named[2:] or [
                each for each in table.columns
                if each.casefold() in SCHEMA and each not in (asked, wanted)
            ]  # fmt: skip
            schema = "\n".join(
                f"{each}: {cell}" for each in others if (cell := row.cells.get(each))
            )
        if not question or not query:
            left.append(LeftOut("their question or their query is missing"))
        else:
            parts = {"schema": schema, "question": question}
            kept.append(
                recipe.example(
                    parts, query, source=_source(table, row), why="a query of yours",
                    question=f"{schema} {question}".strip(),
                )
            )  # fmt: skip
    return kept, left


def _written_out(text: str) -> tuple[str, str, str]:
    """Schema, question and query of a text in lines that begin with Q: and A:."""
    before, _, query = text.rpartition("\nA:")
    schema, _, question = before.rpartition("\nQ:")
    return schema.strip(), question.strip(), query.strip()


def _wordings(recipe: Recipe, table: TableFile, named: Sequence[str]) -> Made:
    first, second = _two(table, named, ("plain", "prompt", "before"), ("text", "ours", "after"))
    kept: list[Example] = []
    left: list[LeftOut] = []
    for row in table.rows:
        plain, ours = row.cells.get(first, ""), row.cells.get(second, "")
        if not plain or not ours:
            left.append(_lacking(second if plain else first))
        else:
            kept.append(
                recipe.example(
                    {"text": f"Say this in our words: {plain}"}, ours,
                    source=_source(table, row), why="a wording of yours", question=plain,
                )
            )  # fmt: skip
    return kept, left

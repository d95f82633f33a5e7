"""Asking one question in the terminal, and the answer with its citations as it is shown there."""

import math
from collections.abc import Generator

from rich.markup import escape
from rich.table import Table

from engine.answer import orders
from engine.answer.written import REFUSAL
from engine.assistant import Assistant
from engine.cli import jsonform
from engine.cli.options import Writing
from engine.cli.terminal import Terminal
from engine.ingest import sheet_cells
from engine.progress import Progress
from engine.store.attached import place
from engine.types import Answer, AnswerDelta, AskEvent, Mode
from engine.why_types import Why


def answer_one(
    terminal: Terminal,
    assistant: Assistant,
    question: str,
    *,
    library: str | None,
    mode: Mode,
    model: str | None = None,
    how: Writing = Writing(),
    conversation_id: int | None = None,
    why: bool = False,
) -> Answer:
    """Ask one question and show the answer as it comes, or as one JSON line.

    ``why`` also shows what was found, read and decided on the way.
    """
    work = asked(
        assistant,
        question,
        how,
        library=library,
        mode=mode,
        model=model,
        conversation_id=conversation_id,
    )
    if terminal.as_json:
        said = terminal.run(work)
        terminal.value(jsonform.answer(said, with_why=why))
        say_unused(terminal, how, said)
        return said
    streamed = ""
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            answer: Answer = stop.value
            break
        if isinstance(event, AnswerDelta) and terminal.out.is_terminal:
            streamed += event.text
            terminal.say(event.text, end="", style="dim")
    if streamed:
        terminal.say("\n")
    show_answer(terminal, answer)
    if why and answer.why is not None:
        show_why(terminal, answer.why)
    say_unused(terminal, how, answer)
    return answer


def asked(
    assistant: Assistant,
    question: str,
    how: Writing,
    *,
    library: str | None,
    mode: Mode,
    model: str | None,
    conversation_id: int | None = None,
) -> Generator[AskEvent | Progress, None, Answer]:
    return assistant.ask(
        question,
        library=library,
        mode=mode,
        model=model,
        adapters=how.adapters or None,
        options=how.options,
        json_schema=how.json_schema,
        grammar=how.grammar,
        conversation_id=conversation_id,
    )


def say_unused(terminal: Terminal, how: Writing, answer: Answer) -> None:
    """Tell of options that had no effect, on stderr."""
    if words := how.unused(answer):
        terminal.note(words)


def show_answer(terminal: Terminal, answer: Answer) -> None:
    """Print an answer with its checked citations below; a model's thinking stays folded."""
    if answer.thinking:
        words = len(answer.thinking.split())
        terminal.say(f"Thought first, in {words} words (--json shows them).", style="dim")
    if answer.note:
        terminal.say(answer.note, style="yellow")
    if answer.abstained:
        terminal.say(answer.text)
    for sentence in () if answer.abstained else answer.sentences:
        marks = "".join(f" [{number}]" for number in sentence.citations)
        if answer.mode in ("plain", "tuned") or sentence.supported:
            terminal.say(sentence.text.strip() + marks)
        else:
            terminal.say(f"○ {sentence.text.strip()} (not found in your documents)", style="dim")
    if answer.quotation and not answer.abstained:
        terminal.say("Quoted word for word from your documents.", style="dim")
    if answer.query:
        terminal.say(f"\nCounted with: {answer.query}", style="dim")
    for number, citation in enumerate(answer.citations, start=1):
        quote = " ".join(citation.quote.split())
        cells = sheet_cells.together([cell.name for cell in citation.cells])
        where = place(citation.path, citation.page, cells or citation.label)
        terminal.say(f"\n[{number}] {where}", style="bold")
        if citation.also:
            terminal.say(f"    also in {', '.join(citation.also)}", style="dim")
        terminal.say(f"    “{quote}”")
    for path in orders.told_of(answer):
        terminal.say(f"\n{path}: {orders.TOLD}", style="yellow")
    if answer.abstained and answer.nearest:
        terminal.say("\nNearest passages:", style="dim")
        for hit in answer.nearest[:3]:
            text = " ".join(hit.passage.text.split())
            where = place(hit.passage.path, hit.passage.page, hit.passage.label)
            terminal.say(f"  {where}: {text[:160]}…")


USES = {
    "cited": "cited",
    "read": "read, not cited",
    "cut": "left out for space",
    "unread": "not needed",
}


def show_why(terminal: Terminal, why: Why) -> None:
    """Print the way from the question to the answer."""
    terminal.say("\nWhy this answer", style="bold")
    terminal.say(f"Searched for: {why.asked}")
    for name, value in why.filters:
        terminal.say(f"  Only {name}:{value}")
    for phrase in why.phrases:
        terminal.say(f"  “{phrase}” was searched for word for word.")
    for typed, meant in why.corrections:
        terminal.say(f"  “{typed}” was searched for as “{meant}”.")
    for word, beside in why.expansions:
        terminal.say(f"  Beside “{word}” also “{beside}”.")
    table = Table("", "Passage", "Found by", "Words", "Meaning", "Score", "Use", box=None)
    for each in why.passages:
        table.add_row(
            str(each.rank),
            escape(place(each.path, each.page, each.label)),
            "words and meaning" if each.found_by == "both" else each.found_by,
            f"{each.words:.2f}",
            f"{each.meaning:.2f}",
            f"{each.score:.2f}",
            f"{USES[each.use]}, in part" if each.part else USES[each.use],
        )
    terminal.out.print(table)
    for path in why.whole:
        terminal.say(f"Read as a whole: {path}")
    if why.probability is not None and why.threshold is not None:
        fitted = ", fitted on this library" if why.calibrated else ""
        terminal.say(
            f"Sure to {100 * why.probability:.0f} %; "
            f"answers from {100 * why.threshold:.0f} % on{fitted}."
        )
    if (refusal := dict(why.signals).get(REFUSAL)) is not None:
        terminal.say(f"The model itself was for refusing to {100 * math.exp(refusal):.0f} %.")
    steps = ", ".join(f"{each.name} {each.seconds:.2f} s" for each in why.steps)
    terminal.say(f"Seconds: {steps}")

"""``alcove chat``: a conversation in the terminal, and its commands."""

import re
import sys
from collections.abc import Generator
from dataclasses import dataclass, field

from engine.assistant import Assistant
from engine.cli import jsonform
from engine.cli.answers import answer_one
from engine.cli.options import Writing
from engine.cli.session import Background
from engine.cli.terminal import Terminal
from engine.errors import EngineError, InputError
from engine.progress import CancelToken, Progress
from engine.types import Answer, ChatMessage, ContextUse, Mode

COMMAND = re.compile(r"/[a-z-]+(\s.*)?")
HELP = (
    "/context, /pin [TURN], /unpin [TURN], /pin-document [PATH], /unpin-document PATH, "
    "/good, /bad, /correct TEXT, /unrate, /model [NAME], /exit"
)
SHOWN = 70
"""Characters of a turn in a list."""


@dataclass(slots=True)
class Chat:
    """One conversation; it is kept from its first question on."""

    terminal: Terminal
    assistant: Assistant
    library: str | None
    mode: Mode
    how: Writing
    model: str | None = None
    conversation_id: int | None = None
    dropped: int = 0
    """Turns of which the user was told that they are not read any more."""
    background: Background = field(default_factory=Background)

    def run(self) -> None:
        """Take questions and commands until the user ends it."""
        self.terminal.run(self.assistant.prepare(model=self.model))
        with self.background as background:
            background.start(self._warm)
            while (line := read_line(self.terminal)) is not None:
                try:
                    if COMMAND.fullmatch(line):
                        self._command(*line.split(None, 1))
                    elif line:
                        self._ask(line)
                        background.start(self._warm)
                except EngineError as error:
                    # One failed question does not end the conversation.
                    self.terminal.fail(error)

    def _warm(self, cancel: CancelToken) -> Generator[Progress, None, None]:
        return self.assistant.warm(
            mode=self.mode,
            conversation_id=self.conversation_id,
            model=self.model,
            cancel=cancel,
        )

    def _ask(self, question: str) -> None:
        if self.conversation_id is None:
            self.conversation_id = self.assistant.create_conversation(question).id
            if self.model:
                self.assistant.set_conversation_model(self.conversation_id, self.model)
        answer = answer_one(
            self.terminal,
            self.assistant,
            question,
            library=self.library,
            mode=self.mode,
            model=self.model,
            how=self.how,
            conversation_id=self.conversation_id,
        )
        self._tell_dropped(answer)

    def _tell_dropped(self, answer: Answer) -> None:
        if answer.context is None or self.terminal.as_json:
            return
        count = len(answer.context.dropped)
        if count > self.dropped:
            self.terminal.note(left_out(answer.context))
        self.dropped = count

    # --- commands ------------------------------------------------------------------------------

    def _command(self, name: str, rest: str = "") -> None:
        rest = rest.strip()
        if name == "/context":
            self._show_context()
        elif name in ("/pin", "/unpin"):
            self._pin(rest, pinned=name == "/pin")
        elif name in ("/pin-document", "/unpin-document"):
            self._pin_document(rest, pinned=name == "/pin-document")
        elif name in ("/good", "/bad", "/correct", "/unrate"):
            self._rate(name, rest)
        elif name == "/model":
            self._choose(rest)
        else:
            raise InputError(f"There is no command {name}.", f"Commands: {HELP}.")

    def _turns(self) -> list[ChatMessage]:
        if self.conversation_id is None:
            raise InputError("Nothing was said yet.", "Ask something first.")
        return self.assistant.messages(self.conversation_id)

    def _pin(self, number: str, *, pinned: bool) -> None:
        turns = self._turns()
        if number and not (number.isdecimal() and 1 <= int(number) <= len(turns)):
            raise InputError(
                f"There is no turn {number}.", f"Turns are 1 to {len(turns)}; see /context."
            )
        asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
        place = int(number) - 1 if number else asked[-1]
        self.assistant.pin(turns[place].id, pinned)
        if self.terminal.as_json:
            self.terminal.value({"turn": place, "pinned": pinned})
        elif pinned:
            self.terminal.say(f"Turn {place + 1} stays before the model: {_short(turns[place])}")
        else:
            self.terminal.say(f"Turn {place + 1} may be left out again.")

    def _rate(self, command: str, text: str) -> None:
        """Keep what the user thinks of the last answer."""
        said = [turn for turn in self._turns() if turn.role == "assistant"]
        if not said:
            raise InputError("Nothing was answered yet.", "Ask something first.")
        number, feedback = said[-1].id, self.assistant.feedback
        if command == "/correct":
            if not text:
                raise InputError(
                    "The correction is empty.", "Write it behind: /correct The office opens at ten."
                )
            feedback.correct(number, text)
        elif command == "/unrate":
            feedback.rate(number, None)
            feedback.correct(number, "")
        else:
            feedback.rate(number, command == "/good")
        kept = next(turn for turn in self._turns() if turn.id == number)
        if self.terminal.as_json:
            rating = None if kept.up is None else "good" if kept.up else "bad"
            self.terminal.value({"rating": rating, "correction": kept.correction})
        elif command == "/unrate":
            self.terminal.say("What you said of the last answer is taken back.")
        else:
            self.terminal.say("Kept beside the last answer. /unrate takes it back.")

    def _pin_document(self, path: str, *, pinned: bool) -> None:
        pins = self.assistant.document_pins
        if path:
            if self.conversation_id is None:
                self.conversation_id = self.assistant.create_conversation(path).id
                if self.model:
                    self.assistant.set_conversation_model(self.conversation_id, self.model)
            if pinned:
                pins.pin(self.conversation_id, path)
            else:
                pins.unpin(self.conversation_id, path)
            self.background.start(self._warm)
        elif not pinned:
            raise InputError("Name the document to let go.", "/pin-document lists them.")
        kept = pins.all(self.conversation_id) if self.conversation_id is not None else []
        if self.terminal.as_json:
            self.terminal.value({"documents": [jsonform.pinned_document(each) for each in kept]})
            return
        for each in kept:
            gone = "  (no longer in the library)" if each.gone else ""
            self.terminal.say(f"Pinned: {each.title}, {each.path}{gone}")
        if not kept:
            self.terminal.say("No document is pinned.")

    def _show_context(self) -> None:
        turns = self._turns()
        answers = (turn.answer for turn in reversed(turns) if turn.answer is not None)
        last = next(answers, None)
        use = last.context if last is not None else None
        if self.terminal.as_json:
            pinned = [place for place, turn in enumerate(turns) if turn.pinned]
            told = jsonform.context(use) if use is not None else None
            self.terminal.value({"context": told, "pinned": pinned})
            return
        if use is None:
            self.terminal.say(
                "The last answer was made without the turns before: it was read out of your "
                "documents, or no model was needed."
            )
        else:
            self.terminal.say(
                f"The model read {use.prompt_tokens:,} tokens of {use.n_ctx:,}; "
                f"{use.reserved_tokens:,} were kept free for the answer."
            )
        for place, turn in enumerate(turns):
            out = use is not None and place in use.dropped
            mark = "pinned" if turn.pinned else "not read any more" if out else ""
            line = f"{place + 1:>3}  {_short(turn)}" + (f"  ({mark})" if mark else "")
            self.terminal.say(line, style="dim" if out else None)
        for path in use.documents if use is not None else ():
            self.terminal.say(f"Pinned and read whole: {path}")
        if use is not None and use.summary:
            self.terminal.say(f"In place of the older turns: {use.summary}")

    def _choose(self, name: str) -> None:
        if name:
            if self.conversation_id is not None:
                self.assistant.set_conversation_model(self.conversation_id, name)
            elif all(name != card.name for card in self.assistant.models()):
                self.assistant.shelf.find_chat(name)  # says what there is
            self.model = name
        current = self.model or (
            self.assistant.conversation(self.conversation_id).model
            if self.conversation_id is not None
            else ""
        )
        if self.terminal.as_json:
            self.terminal.value({"model": current})
        else:
            self.terminal.say(f"Model: {current or 'the default one'}")


def left_out(use: ContextUse) -> str:
    """How much of the conversation the model does not read any more, in a sentence."""
    count = len(use.dropped)
    turns = "1 older turn is" if count == 1 else f"{count} older turns are"
    instead = "; a summary stands in their place" if use.summary else ""
    return f"{turns} not read any more{instead}. /context shows which, /pin keeps one."


def _short(turn: ChatMessage) -> str:
    who = "You" if turn.role == "user" else "Alcove"
    text = " ".join(turn.text.split())
    return f"{who}: {text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + '…'}"


def read_line(terminal: Terminal) -> str | None:
    """The next line; None at the end of the conversation."""
    try:
        prompt = "" if terminal.as_json or not sys.stdin.isatty() else "\nYou › "
        line = input(prompt).strip()
    except EOFError:
        return None
    return None if line in ("/exit", "/quit") else line

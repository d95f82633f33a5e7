"""What the engine says for both window and terminal, in words that help in the window.

Hints may name a command. Known ones are said as the button or page that does the same; a sentence
with any other command is left out, because nobody can follow it here.
"""

import re

KNOWN: tuple[tuple[str, str], ...] = (
    (r"Give --table NAME or --query SQL\.", "Name a table, or write a query."),
    (r"Give --table or --query\.", "Name a table or write a query, not both."),
    (r"Leave --table and --query out\.", "Leave table and query empty."),
    (r"Give one with --library\.", "Type one."),
    (r", or leave --key out\.", ", or leave the key column empty."),
    (r", or for one library with --library\.", ", or for one library."),
    (r"Choose another folder with --profile, or make this one writable\.",
     "Make this folder writable."),
    (r", or choose another profile with --profile\.", "."),
    (r"Choose another model with --model, or in settings\.toml\.",
     "Choose another model over the conversation or on the Models page."),
    (r"Ask with --mode rag or --mode plain\.", "Choose another way over the conversation."),
    (r"Ask without documents \(--mode plain\), or choose a larger model\.",
     "Choose “Without documents” over the conversation, or a larger model."),
    (r"Download another one, or see `alcove doctor`\.", "Get another one on the Models page."),
    (r"Look into the log with `alcove doctor`; reinstalling Alcove may help\.",
     "Reinstalling Alcove may help."),
    (r"Store the right one: alcove models endpoint --key\.", "Store the right key."),
    (r"See its note in `alcove models show`\.", "Its card on the Models page tells why."),
    (r"See `alcove models show`, or forget it: .*", "Remove it on the Models page."),
    (r", or fetch the file yourself and add it: alcove models add\.",
     ", or fetch the file yourself and add it on the Models page."),
    (r"See `alcove status` for what was added\.", "The library page shows what was added."),
    (r"Give the password again: alcove source password NAME",
     "Give the password again on its card."),
    (r", or remove it first: alcove source remove .*", ", or remove it first."),
    (r"Choose another encoder first: in Settings under Search, or with .*",
     "Choose another encoder first: in Settings, under Search."),
    (r"Use it with: alcove reembed --encoder .*", "Choose it in Settings, under Search."),
    (r"Run `alcove sync` to go on\.", "Press Go on in the library."),
    (r"Run `alcove models prepare`, or choose a model that lies on this machine\.",
     "Choose a model that lies on this machine."),
    (r"Name the ones meant with --columns\.", "Name the ones meant under More."),
    (r"Choose another folder with --job\.", "Start a new training."),
    (r"Add some: alcove add FOLDER", "Add some in the library."),
    (r"Add it first: alcove add .*", "Add it in the library first."),
    (r"Add one: alcove source add NAME ADDRESS", "Add one in the library."),
)  # fmt: skip
_KNOWN = tuple((re.compile(pattern), words) for pattern, words in KNOWN)
COMMAND = re.compile(
    r"`[a-z]|\balcove [a-z]|\bRun:? |(?<![\w-])--[a-z]|\bmake models\b|\bdoctor\b|settings\.toml"
)
_SENTENCE = re.compile(r"(?<=[.:!?])\s+(?=[A-Z“`])")


def in_window(text: str) -> str:
    """A message or hint without anything to type in a terminal."""
    for pattern, words in _KNOWN:
        text = pattern.sub(lambda _found, words=words: words, text)  # type: ignore[misc]
    if not COMMAND.search(text):
        return text
    return " ".join(part for part in _SENTENCE.split(text) if not COMMAND.search(part)).strip()

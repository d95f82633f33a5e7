"""Why a model could not be loaded or its process ended, in words for the user.

The causes are read from what llama.cpp writes and from the signal that ended the process.
"""

import re
import signal
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause, told as the end of a sentence that begins "… because"."""

    code: str
    because: str
    hint: str


OUT_OF_MEMORY = Cause(
    "out_of_memory",
    "this machine ran out of memory",
    "Close other programs, choose a smaller model or a shorter context.",
)
DAMAGED = Cause(
    "model_damaged",
    "the file is damaged or incomplete",
    "Fetch or copy the file again; compare its size with the original.",
)
NOT_A_MODEL = Cause(
    "not_a_model",
    "the file is not a GGUF model",
    "Choose a file that ends in .gguf.",
)
UNSUPPORTED = Cause(
    "unsupported_model",
    "its architecture is newer than, or unknown to, the llama.cpp that Alcove uses",
    "Choose another model, or update Alcove.",
)
NO_FILE = Cause("model_missing", "the file is not there any more", "Choose the model file again.")
NOT_READABLE = Cause(
    "model_not_readable",
    "the file may not be read",
    "Change the permissions of the file, or copy it to a place of yours.",
)
WRONG_BUILD = Cause(
    "wrong_build",
    "the installed llama.cpp was built for another processor",
    "Reinstall llama-cpp-python, built on this machine: `make llama`.",
)
KILLED = Cause(
    "killed",
    "another program or the system stopped it, perhaps to free memory",
    "Ask again; if it happens often, choose a smaller model.",
)
HUNG = Cause(
    "hung",
    "it did not answer any more",
    "Ask again; if it happens often, choose a smaller model.",
)
FAULT = Cause(
    "model_fault",
    "llama.cpp failed inside",
    "Ask again; if it happens with this model only, choose another one.",
)

_PATTERNS: tuple[tuple[str, Cause], ...] = (
    (
        r"bad_alloc|out of memory|failed to allocate|unable to allocate|cannot allocate memory"
        r"|failed to initialize the context: .*alloc|not enough (memory|space)",
        OUT_OF_MEMORY,
    ),
    (r"(unknown|unsupported) model architecture|unknown pre-tokenizer", UNSUPPORTED),
    (r"no such file|failed to open gguf file.*no such", NO_FILE),
    (r"permission denied", NOT_READABLE),
    (r"invalid magic", NOT_A_MODEL),
    (
        r"corrupted|incomplete|not within the file bounds|unexpectedly reached end|invalid.*tensor"
        r"|missing tensor|wrong number of tensors|failed to read|tensor data is not|gguf_init"
        r"|key not found in model|wrong shape|invalid model|duplicate|failed to load model",
        DAMAGED,
    ),
)  # fmt: skip


def of_text(text: str) -> Cause:
    """Classify what llama.cpp wrote; FAULT where nothing is recognised."""
    lowered = text.lower()
    for pattern, cause in _PATTERNS:
        if re.search(pattern, lowered):
            return cause
    return FAULT


def of_exit(returncode: int | None, text: str) -> Cause:
    """Classify the end of the process by its signal, then by its last words."""
    if returncode is not None and returncode < 0:
        number = -returncode
        if number == getattr(signal, "SIGILL", None):
            return WRONG_BUILD
        if number in (getattr(signal, "SIGKILL", None), signal.SIGTERM):
            return KILLED
    if re.search(_PATTERNS[0][0], text.lower()):
        return OUT_OF_MEMORY
    return FAULT

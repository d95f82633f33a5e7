"""Known errors of training, told to the user as all others: message, hint, code."""

from engine.errors import EngineError


class TrainingError(EngineError):
    """A job that cannot be done, or could not be ended."""

    code = "training"


class UnknownArchitectureError(TrainingError):
    """A base of a kind that cannot be trained or exported here."""

    code = "unknown_architecture"


class PreflightError(TrainingError):
    """The machine cannot do this job; the hint is a smaller one that it can."""

    code = "does_not_fit"


class LossError(TrainingError):
    """The loss is no number any more; the last good checkpoint is kept."""

    code = "loss_not_a_number"


class ExportError(TrainingError):
    """An adapter that cannot be written for llama.cpp."""

    code = "export"

"""Known errors: everything the user is told in words. Anything else that is raised is a bug.

EngineError
├── NotFoundError          no such path, document, library, conversation or model
├── InputError             the question or an option cannot be used as it is
├── ParseError             a file could not be read; carries the reason shown in the library
├── VaultError             the vault cannot be opened or written
│   ├── NewerVaultError    written by a newer version of Alcove
│   ├── DamagedVaultError  not a database, or its pages are broken
│   ├── VaultLockedError   encrypted, and its passphrase is missing or wrong
│   ├── VaultBusyError     another process holds the vault or the profile
│   └── DiskFullError      no room left where the profile lies
├── ModelError             a model cannot be used
│   ├── ModelMissingError  no model file where one is expected
│   ├── ModelLoadError     llama.cpp refused the file; the message carries the cause
│   └── ModelCrashedError  the model process ended while it was needed
├── TeachError             examples, training or an adapter of one's own did not come about
├── NetworkRefusedError    the network policy refused a connection
└── CancelledError         the user stopped it; a state, never shown as an error
"""


class EngineError(Exception):
    """A known error. ``message`` is for the user, ``hint`` says what to do, ``code`` is stable.

    ``code`` is part of the terminal interface (``{"error": {"code", "message", "hint"}}``).
    """

    code = "error"

    def __init__(self, message: str, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class NotFoundError(EngineError):
    code = "not_found"


class InputError(EngineError):
    code = "bad_input"


class ParseError(EngineError):
    code = "unreadable"


class VaultError(EngineError):
    code = "vault"


class NewerVaultError(VaultError):
    code = "vault_newer"


class DamagedVaultError(VaultError):
    code = "vault_damaged"


class VaultLockedError(VaultError):
    code = "vault_locked"


class VaultBusyError(VaultError):
    code = "vault_busy"


class DiskFullError(VaultError):
    code = "disk_full"


class ModelError(EngineError):
    code = "model"


class ModelMissingError(ModelError):
    code = "model_missing"


class ModelLoadError(ModelError):
    code = "model_load"


class ModelCrashedError(ModelError):
    code = "model_crashed"


class TeachError(EngineError):
    code = "teach"


class NetworkRefusedError(EngineError):
    code = "network_refused"


class CancelledError(EngineError):
    code = "cancelled"

    def __init__(self, message: str = "Stopped.", hint: str = "", code: str | None = None) -> None:
        super().__init__(message, hint, code)

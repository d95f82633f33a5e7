"""One window a profile: a second one is told so, and nothing is lost."""

from filelock import FileLock, Timeout

from engine.errors import VaultBusyError
from engine.paths import Profile


class ProfileLock:
    """Held as long as the window is open; the system lets go of it when the process dies."""

    def __init__(self, profile: Profile) -> None:
        self._root = profile.root
        self._lock = FileLock(profile.window_lock)

    def __enter__(self) -> "ProfileLock":
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise VaultBusyError(
                f"Alcove is already open with the profile {self._root}.",
                "Use the window that is open, or start this one with another --profile.",
            ) from error
        return self

    def __exit__(self, *_args: object) -> None:
        self._lock.release()

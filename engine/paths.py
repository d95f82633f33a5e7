"""Where things lie. One profile folder holds everything and can be copied to another machine."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.errors import EngineError

PROFILE_VARIABLE = "ALCOVE_PROFILE"


@dataclass(frozen=True, slots=True)
class Profile:
    """The folder of one user's settings, vault, models, adapters, jobs and logs."""

    root: Path

    @property
    def vault(self) -> Path:
        return self.root / "vault.db"

    @property
    def settings(self) -> Path:
        return self.root / "settings.toml"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def adapters(self) -> Path:
        """Adapters of the user's own, found there without being added."""
        return self.root / "adapters"

    @property
    def teaching(self) -> Path:
        """Examples to teach from, and the folders of trainings."""
        return self.root / "teaching"

    @property
    def states(self) -> Path:
        """What the model made of conversations, saved so that they go on at once."""
        return self.root / "states"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def window_lock(self) -> Path:
        """Held by the one window that has this profile open."""
        return self.root / "window.lock"


def open_profile(chosen: Path | None = None) -> Profile:
    """Resolve and create the profile folder.

    Order: the argument, ``$ALCOVE_PROFILE``, the platform's data folder (platformdirs).
    Raises :class:`EngineError` where the folder cannot be made.
    """
    named = chosen or os.environ.get(PROFILE_VARIABLE)
    root = Path(named) if named else platformdirs.user_data_path("alcove", appauthor=False)
    root = root.expanduser().absolute()
    profile = Profile(root)
    try:
        for folder in (root, profile.models, profile.logs):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f"The profile folder {root} cannot be made: {error.strerror}.",
            "Choose another folder with --profile, or make this one writable.",
            code="profile",
        ) from error
    return profile


def machine_cache() -> Path:
    """Folder for what can be made again on this machine, shared by all profiles."""
    return platformdirs.user_cache_path("alcove", appauthor=False)

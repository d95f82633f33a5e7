"""The options that the user set for each model: one TOML file of the profile.

Keys that this version does not know are kept when the file is written again, and so are comments.
"""

import os
from typing import Any

import tomlkit
from filelock import FileLock
from tomlkit.exceptions import TOMLKitError

from engine.models.options import ModelOptions
from engine.paths import Profile
from engine.settings import SettingsError

FILE = "model-options.toml"
VERSION = 1


class OptionStore:
    """Options by a model's key. Safe to use from several processes."""

    def __init__(self, profile: Profile) -> None:
        self._file = profile.root / FILE

    def read(self, key: str) -> ModelOptions:
        """What is set for a model. Raises SettingsError where the file cannot be used."""
        table = self._models(self._document()).get(key, {})
        if not isinstance(table, dict):
            raise self._fault(f"“{key}” is no table")
        try:
            return ModelOptions.of(table.unwrap() if hasattr(table, "unwrap") else table)
        except SettingsError as error:
            raise SettingsError(
                f"{self._file}: {error.message}", f"Correct it below “{key}”, or delete the line."
            ) from error

    def write(self, key: str, options: ModelOptions) -> None:
        """Set exactly these for a model. Raises SettingsError."""
        try:
            with FileLock(f"{self._file}.lock"):
                document = self._document()
                document["version"] = VERSION
                models = self._models(document)
                table = models.setdefault(key, tomlkit.table())
                for name in ModelOptions.__dataclass_fields__:
                    table.pop(name, None)
                for name, value in options.values().items():
                    table[name] = list(value) if isinstance(value, tuple) else value
                if not table:
                    models.pop(key)
                temporary = self._file.with_name(f".{FILE}.{os.getpid()}")
                temporary.write_text(tomlkit.dumps(document), encoding="utf-8")
                temporary.replace(self._file)
        except OSError as error:
            raise SettingsError(
                f"{self._file} cannot be written: {error.strerror}.",
                "Check that the profile folder can be written and has room.",
            ) from error

    def _document(self) -> tomlkit.TOMLDocument:
        try:
            document = tomlkit.parse(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return tomlkit.document()
        except (TOMLKitError, UnicodeDecodeError, OSError) as error:
            raise self._fault(str(error)) from error
        version = document.get("version", VERSION)
        if not isinstance(version, int) or version > VERSION:
            raise SettingsError(
                f"{self._file} was written by a newer version of Alcove.",
                "Update Alcove, or move it away.",
            )
        return document

    def _models(self, document: tomlkit.TOMLDocument) -> dict[str, Any]:
        models = document.setdefault("models", tomlkit.table(is_super_table=True))
        if not isinstance(models, dict):
            raise self._fault("“models” is no table")
        return models

    def _fault(self, why: str) -> SettingsError:
        return SettingsError(
            f"{self._file} cannot be read: {why}.",
            "Correct the file, or delete it for the defaults.",
        )

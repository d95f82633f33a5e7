"""A package of which only named modules are wanted, without what its ``__init__`` brings along."""

import importlib.util
import sys
from types import ModuleType


def install(name: str) -> None:
    """Make modules of a package importable without running the package itself.

    Nothing happens where it is imported already or cannot be found, so that the import that
    follows tells the reason.
    """
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        return
    package = ModuleType(name)
    package.__spec__ = spec
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package

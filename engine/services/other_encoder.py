"""Asks a library as another sentence encoder would find it, in a copy that it is embedded in."""

from collections.abc import Callable, Generator
from contextlib import ExitStack

from engine.progress import CancelToken, Progress
from engine.services.asking import Asking
from engine.services.encoders import Encoders
from engine.services.reembed_jobs import ReembedJobs
from engine.services.twin import twin
from engine.store.connect import Vault


def twin_with(
    stack: ExitStack,
    vault: Vault,
    encoder: str,
    encoders: Callable[[Vault], Encoders],
    asking: Asking,
    cancel: CancelToken | None,
) -> Generator[Progress, None, Asking]:
    """Asking over a copy of the vault, embedded by another encoder; kept by ``stack``.

    The encoder is named, or its folder. Raises NotFoundError, DiskFullError, CancelledError, and
    ModelError where the folder holds no encoder.
    """
    copy, _ = stack.enter_context(twin(vault))
    own = encoders(copy)
    yield from ReembedJobs(copy, own.ready, own.open).run(
        embedder=own.folder(encoder), cancel=cancel
    )
    if cancel is not None:
        cancel.check()
    return asking.over(copy, own.ready)

"""``python -m training JOB``: do what a job folder asks, and tell it in its events.

Exit: 0 done, 1 a known error, 130 stopped. With ``--attached`` the job also stops when its standard
input closes; without, it goes on when whoever started it is gone.
"""

import argparse
import os
import sys
from pathlib import Path

from engine import network
from engine.errors import CancelledError, EngineError
from engine.formats import job as job_file
from engine.formats.job import JobEvent, JobFolder

STOPPED = 130


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("job", type=Path, help="folder with job.toml")
    parser.add_argument("--attached", action="store_true", help="stop when stdin closes")
    options = parser.parse_args(arguments)
    os.environ.setdefault("TQDM_DISABLE", "1")  # libraries draw no bars
    network.install()  # before anything that could connect is imported
    folder = JobFolder(options.job.absolute())
    try:
        # Seconds to import; wrong usage is told before.
        from training import work

        work.do(folder, python=_engine_python(), attached=options.attached)
    except CancelledError:
        job_file.append(folder, JobEvent("stopped", message="Stopped; it can be gone on with."))
        return STOPPED
    except EngineError as error:
        _tell(folder, error)
        return 1
    except OSError as error:
        _tell(folder, _disk(error, folder))
        return 1
    except Exception as error:
        _tell(folder, EngineError(f"Training failed: {type(error).__name__}.", code="bug"))
        raise
    return 0


def _engine_python() -> str:
    """Of the environment that has llama.cpp: where it is not this one, whoever starts us says."""
    return os.environ.get("ALCOVE_ENGINE_PYTHON") or sys.executable


def _tell(folder: JobFolder, error: EngineError) -> None:
    print(f"{error.message} {error.hint}", file=sys.stderr)  # noqa: T201 — the process's own log
    if folder.root.is_dir():
        job_file.append(
            folder,
            JobEvent("error", message=error.message, hint=error.hint, code=error.code),
        )


def _disk(error: OSError, folder: JobFolder) -> EngineError:
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EngineError(
            f"There is no room left on the disk of {folder.root}.",
            "Free some space and start the job again: it goes on from its last checkpoint.",
            code="disk_full",
        )
    return EngineError(
        f"The job could not be done: {error.strerror or error}.",
        f"Check that {folder.root} can be written.",
    )


if __name__ == "__main__":
    sys.exit(main())

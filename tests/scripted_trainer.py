"""A training process that plays its part by a script: the job folder's rules, without PyTorch.

``install`` makes it the Python that trains. It holds the lock, tells a step now and then, waits and
stops as it is told to, and leaves an adapter with a report. While the file ``hold`` stands beside
the script it goes no further than its third step.
"""

import shutil
import sys
import time
from pathlib import Path

import pytest

from engine.teach import trainer_process

HELD_AT = 3
STEP_S = 0.02


def install(folder: Path, adapter: Path, patch: pytest.MonkeyPatch) -> Path:
    """Returns the file that holds it while it is there."""
    script = folder / "scripted-python"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from tests import scripted_trainer\nfrom pathlib import Path\n"
        f"sys.exit(scripted_trainer.play(Path(sys.argv[-1]), Path({str(adapter)!r}), "
        f"Path({str(folder / 'hold')!r})))\n"
    )
    script.chmod(0o755)
    patch.setenv(trainer_process.VARIABLE, str(script))
    return folder / "hold"


def play(root: Path, adapter: Path, hold: Path) -> int:
    import json

    from filelock import FileLock

    from engine.formats import job as job_file
    from engine.formats.job import JobEvent, JobFolder

    folder = JobFolder(root)
    steps = int(job_file.read_spec(folder).settings["steps"])
    done = sum(event.kind == "step" for event, _ in job_file.events(folder))
    with FileLock(folder.lock):
        job_file.append(folder, JobEvent("preflight", message=f"{steps} steps; about a minute."))
        job_file.append(folder, JobEvent("held_out", step=0, held_out_loss=3.0))
        job_file.append(folder, JobEvent("start", step=done, message="training"))
        for step in range(done + 1, steps + 1):
            if folder.pause.exists():
                job_file.append(folder, JobEvent("paused"))
                while folder.pause.exists() and not folder.stop.exists():
                    time.sleep(STEP_S)
                job_file.append(folder, JobEvent("resumed"))
            while step > HELD_AT and hold.exists() and not folder.stop.exists():
                if folder.pause.exists():
                    break
                time.sleep(STEP_S)
            if folder.stop.exists():
                job_file.append(folder, JobEvent("stopped", message="Stopped."))
                return 130
            job_file.append(
                folder,
                JobEvent("step", step=step, steps=steps, loss=3.0 / step, tokens_per_s=120.0,
                         memory_bytes=900_000_000, eta_s=float(steps - step)),
            )  # fmt: skip
            time.sleep(STEP_S)
        job_file.append(folder, JobEvent("held_out", step=steps, held_out_loss=1.0))
        shutil.copyfile(adapter, root / "adapter.gguf")
        spec = job_file.read_spec(folder)
        report = {
            "name": spec.name, "task": spec.task, "base": str(spec.base), "examples": 36,
            "held_out_examples": 4, "files": {"adapter": "adapter.gguf"},
            "outcome": {"steps": steps, "held_out_before": 3.0, "held_out_loss": 1.0,
                        "tokens_per_s": 120.0, "seconds": 7.0},
        }  # fmt: skip
        folder.report.write_text(json.dumps(report))
        job_file.append(folder, JobEvent("done", step=steps, message=f"{spec.name} is ready."))
    return 0

"""``python -m tests.quality [--only BENCH …] [--limit N] [--work DIR]``."""

import argparse
import shlex
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from tests.quality import (
    abbreviations,
    answers,
    cold,
    compare,
    contracts,
    counting,
    current,
    formats,
    handbook,
    ingest,
    ingest_kills,
    injections,
    model,
    packing,
    pdf,
    process,
    retrieval,
    scale,
    understanding,
)
from tests.quality.data import ROOT, MissingDataError
from tests.quality.record import Record
from tests.quality.workplace import Workplace

BENCHES: dict[str, Callable[[Workplace], None]] = {
    "model": model.run,
    "process": process.run,
    "reuse": process.reuse,
    "stops": process.stops,
    "memory": process.memory,
    "kills": process.ends,
    "cold": cold.run,
    "ingest": ingest.run,
    "current": current.run,
    "counting": counting.run,
    "formats": formats.run,
    "pdf": pdf.run,
    "kills-ingest": ingest_kills.run,
    "retrieval": retrieval.run,
    "scale": scale.run,
    "abbreviations": abbreviations.run,
    "understanding": understanding.run,
    "answers": answers.run,
    "handbook": handbook.run,
    "contracts": contracts.run,
    "injections": injections.run,
    "packing": packing.run,
    "compare": compare.run,
}
PARTS = ("reuse", "stops", "memory", "kills", "packing", "compare")
"""Of ``process``, and what takes an hour: for themselves."""
DEFAULT = [name for name in BENCHES if name not in PARTS]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(BENCHES), default=DEFAULT)
    parser.add_argument(
        "--limit", type=int, help="at most this many questions of each set, files or rounds"
    )
    parser.add_argument("--work", type=Path, help="keep vaults here and use them again")
    parser.add_argument("--results", type=Path, default=ROOT / "bench-results")
    options = parser.parse_args()
    console = Console(stderr=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 150)
    record = Record(options.results, shlex.join(["python", "-m", "tests.quality", *sys.argv[1:]]))
    with ExitStack() as stack:
        work = options.work or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        place = Workplace(work.absolute(), record, console, options.limit)
        for name in options.only:
            try:
                BENCHES[name](place)
            except MissingDataError as error:
                record.note(f"{name}: {error}")
    record.show(Console(width=150))
    return 0 if record.rows else 1


if __name__ == "__main__":
    sys.exit(main())

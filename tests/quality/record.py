"""Measurements: one JSON line each, and a table at the end."""

import json
import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from engine.evaluate.certainty import Estimate, bootstrap


@dataclass(frozen=True, slots=True)
class Row:
    """One number."""

    bench: str
    set: str
    """What it was measured on."""
    measure: str
    value: float
    unit: str = ""
    """Empty for shares in [0, 1]."""
    n: int = 0
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(slots=True)
class Record:
    """Gathers rows of a run and writes them down at once, so that a stopped run keeps them."""

    folder: Path
    command: str
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)
        self.folder.mkdir(parents=True, exist_ok=True)
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "command": self.command,
            "machine": machine(),
            **{name: getattr(row, name) for name in Row.__slots__},
        }
        with (self.folder / f"{row.bench}.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")

    def mean(self, bench: str, over: str, measure: str, values: Sequence[float]) -> None:
        """Add a mean of shares with its bootstrap interval; nothing where there are no values."""
        if values:
            estimate: Estimate = bootstrap(values)
            self.add(
                Row(bench, over, measure, estimate.value, n=estimate.n,
                    low=estimate.low, high=estimate.high)
            )  # fmt: skip

    def note(self, text: str) -> None:
        """Say what was not measured and why."""
        self.notes.append(text)

    def show(self, console: Console) -> None:
        table = Table(title=self.command, caption=machine(), title_justify="left")
        for name in ("bench", "measured on", "measure", "value", "95 % or range", "n", "note"):
            table.add_column(
                name, justify="right" if name in ("value", "95 % or range", "n") else "left"
            )
        for row in self.rows:
            interval = "" if row.low is None else f"{row.low:.3f} – {row.high:.3f}"
            number = f"{row.value:.3f}" if not row.unit else f"{row.value:,.1f} {row.unit}"
            table.add_row(
                row.bench, row.set, row.measure, number, interval, str(row.n or ""), row.note
            )
        console.print(table)
        for text in self.notes:
            console.print(f"[yellow]Not measured:[/] {text}")


def machine() -> str:
    """The machine in a few words."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [
            line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        name = models[0].partition(":")[2].strip() if models else name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"

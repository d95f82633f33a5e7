"""What the processor has used, where the machine counts it and lets it be read.

Intel and AMD count microjoules of each package (RAPL); Linux shows them under
``/sys/class/powercap`` (Documentation/power/powercap). Most systems let only root read them.
"""

from pathlib import Path

FOLDER = Path("/sys/class/powercap")


class Meter:
    """Joules of all packages since it was made: of the machine, not of one process."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._last: dict[Path, int] = {}
        self._joules = 0.0
        for zone in sorted(folder.glob("*-rapl:*")):
            # Zones with two colons are parts of a package, which is counted already.
            if zone.name.count(":") == 1 and (now := _number(zone / "energy_uj")) is not None:
                self._last[zone] = now

    def joules(self) -> float | None:
        """So far; None where it cannot be read."""
        if not self._last:
            return None
        for zone, before in self._last.items():
            now = _number(zone / "energy_uj")
            if now is None:
                return None
            if now < before:  # the counter began anew
                before -= _number(zone / "max_energy_range_uj") or before
            self._joules += (now - before) / 1e6
            self._last[zone] = now
        return self._joules


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None

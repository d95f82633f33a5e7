"""The counters of processors, as Linux lays them out."""

from pathlib import Path

import pytest

from engine.evaluate.energy import Meter


def zone(folder: Path, name: str, value: int) -> Path:
    made = folder / name
    made.mkdir(exist_ok=True)
    (made / "energy_uj").write_text(f"{value}\n")
    (made / "max_energy_range_uj").write_text("10000000\n")
    return made


def test_packages_are_added_and_their_parts_are_not(tmp_path: Path) -> None:
    for name in ("intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1"):
        zone(tmp_path, name, 1_000_000)
    meter = Meter(tmp_path)
    assert meter.joules() == 0
    for name in ("intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1"):
        zone(tmp_path, name, 3_000_000)
    assert meter.joules() == pytest.approx(4)
    zone(tmp_path, "intel-rapl:0", 500_000)  # began anew at its end
    assert meter.joules() == pytest.approx(4 + 7.5)


def test_what_cannot_be_read_is_not_known(tmp_path: Path) -> None:
    assert Meter(tmp_path).joules() is None
    made = zone(tmp_path, "intel-rapl:0", 5)
    meter = Meter(tmp_path)
    (made / "energy_uj").unlink()
    assert meter.joules() is None

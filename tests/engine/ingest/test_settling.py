"""Which changes are told, and when: with a clock of the test's own."""

import zipfile
from pathlib import Path

from engine.ingest.settling import GONE_S, LONGEST_S, QUIET_S, UNFINISHED_S, Settling, looks_whole


def test_ten_saves_in_a_second_are_one_change(tmp_path: Path) -> None:
    file, settling, told = tmp_path / "a.txt", Settling(), 0
    for number in range(10):
        file.write_text(f"version {number}")
        settling.note([str(file)], number * 0.1)
        told += len(settling.due(number * 0.1 + 0.05))
    assert told == 0
    assert settling.due(0.9 + QUIET_S) == frozenset()  # it became another since it was noted
    assert settling.due(0.9 + 2 * QUIET_S + 0.01) == {str(file)}
    assert settling.due(100.0) == frozenset()


def test_a_file_that_grows_without_being_told_is_waited_for(tmp_path: Path) -> None:
    file, settling = tmp_path / "a.txt", Settling()
    file.write_text("a")
    settling.note([str(file)], 0.0)
    file.write_text("ab")
    assert settling.due(0.5) == frozenset()
    assert settling.due(1.0) == {str(file)}


def test_a_file_that_never_rests_is_told_now_and_then(tmp_path: Path) -> None:
    file, settling = tmp_path / "run.log", Settling()
    file.write_text("line")
    now, told = 0.0, 0
    while now < 2 * LONGEST_S + 2:
        settling.note([str(file)], now)
        told += len(settling.due(now))
        now += 0.2
    assert told == 2


def test_half_written_files_are_waited_for(tmp_path: Path) -> None:
    whole = tmp_path / "whole.docx"
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    half = tmp_path / "half.docx"
    half.write_bytes(whole.read_bytes()[:40])
    pdf, empty = tmp_path / "half.pdf", tmp_path / "empty.txt"
    pdf.write_bytes(b"%PDF-1.7\n1 0 obj\n")
    empty.touch()
    assert looks_whole(whole)
    assert looks_whole(tmp_path)
    assert not any(map(looks_whole, (half, pdf, empty)))
    settling = Settling()
    settling.note([str(half), str(whole)], 0.0)
    assert settling.due(1.0) == {str(whole)}
    assert settling.due(UNFINISHED_S - 1) == frozenset()
    half.write_bytes(whole.read_bytes())
    assert settling.due(UNFINISHED_S - 0.5) == frozenset()
    assert settling.due(UNFINISHED_S) == {str(half)}
    settling.note([str(pdf)], 50.0)
    assert settling.due(50.0 + UNFINISHED_S) == {str(pdf)}  # it stays so; the reader will tell


def test_a_file_that_is_gone_may_come_back(tmp_path: Path) -> None:
    file, settling = tmp_path / "a.txt", Settling()
    file.write_text("one")
    file.unlink()
    settling.note([str(file)], 0.0)
    assert settling.due(1.0) == frozenset()
    file.write_text("two")
    assert settling.due(1.1) == frozenset()
    assert settling.due(2.0) == {str(file)}
    file.unlink()
    settling.note([str(file)], 10.0)
    assert settling.due(10.0 + GONE_S) == {str(file)}


def test_what_programs_write_beside_files_is_passed_over(tmp_path: Path) -> None:
    settling = Settling()
    names = ["~$a.docx", "a.docx.tmp", "b.part", "c.crdownload", ".goutputstream-X", "4913~"]
    settling.note([str(tmp_path / name) for name in names], 0.0)
    assert len(settling) == 0
    settling.note([str(tmp_path / ".alcoveignore")], 0.0)
    assert len(settling) == 1

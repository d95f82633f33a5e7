"""Speed of reading PDFs beside pypdf: the same files, in turns, in one run."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import pypdf
import pypdfium2
from pypdf.errors import PyPdfError

from engine.errors import ParseError
from engine.ingest.parsers.options import ParseOptions
from engine.ingest.parsers.pdf import pdf
from tests.quality import data
from tests.quality.record import Row
from tests.quality.workplace import Workplace

ROUNDS = 2
LONGEST = 200
"""Pages of one file; longer ones would be the whole measurement."""


def run(place: Workplace) -> None:
    files = [*(data.folder("company_handbook") / "docs").glob("*.pdf")]
    files += (data.folder("formats") / "pdf").glob("*.pdf")
    ours: dict[Path, float] = {}
    theirs: dict[Path, float] = {}
    pages: dict[Path, int] = {}
    for path in sorted(files):
        count = _pages(path)
        if not 0 < count <= LONGEST or _ours(path) != count:
            place.record.note(f"pdf: {path.name} left out: too long, or without text.")
            continue
        pages[path] = count
        # In turns, so that both meet the same other work on the machine.
        times = [(_seconds(_ours, path), _seconds(_theirs, path)) for _ in range(ROUNDS)]
        ours[path] = min(one for one, _ in times)
        theirs[path] = min(one for _, one in times)
    total = sum(pages.values())
    over = f"{len(pages)} files, {total} pages"
    for name, taken in (("Alcove", ours), ("pypdf", theirs)):
        place.record.add(
            Row(
                "pdf",
                over,
                f"{name}: pages a second",
                total / sum(taken.values()),
                "pages/s",
                total,
            )
        )
    ratio = sum(theirs.values()) / sum(ours.values())
    place.record.add(Row("pdf", over, "times as fast as pypdf", ratio, "×", total))
    middle = statistics.median(theirs[path] / ours[path] for path in pages)
    place.record.add(Row("pdf", over, "the same, median of the files", middle, "×", len(pages)))


def _seconds(read: Callable[[Path], int], path: Path) -> float:
    start = time.process_time()
    read(path)
    return time.process_time() - start


def _pages(path: Path) -> int:
    with pypdfium2.PdfDocument(path) as document:
        return len(document)


def _ours(path: Path) -> int:
    try:
        return len(pdf.parse(path, ParseOptions(ocr=False)).pages)
    except ParseError:
        return 0


def _theirs(path: Path) -> int:
    try:
        with pypdf.PdfReader(path) as reader:
            return len([page.extract_text() for page in reader.pages])
    except PyPdfError:
        return -1

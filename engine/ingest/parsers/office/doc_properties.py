"""How an old Word file formats its text: styles, paragraph properties, lists ([MS-DOC]).

Offsets are those of the file information block of Word 97 and later.
"""

import bisect
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.ingest.parsers.office.docx_numbering import Level, Numbering

PAGE = 512
STYLES, CHARACTERS, PARAGRAPHS, LIST_FORMATS, LIST_OVERRIDES = 0xA2, 0xFA, 0x102, 0x2E2, 0x2EA
IN_TABLE, ROW_END, LIST_LEVEL, LIST, OUTLINE = 0x2416, 0x2417, 0x260A, 0x460B, 0x2640
DELETED = 0x0800
TITLE_STYLE = 62
OPERAND = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
FORMS = {0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter",
         22: "decimalZero", 23: "bullet", 255: "none"}  # fmt: skip
MAX_LISTS = 5_000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What is known of a paragraph besides its text."""

    heading: int | None = None
    """Level from 1."""
    list_place: tuple[str, int] | None = None
    in_table: bool = False
    row_end: bool = False


PLAIN = Paragraph()


@dataclass(slots=True)
class Properties:
    document: bytes
    """The stream ``WordDocument``."""
    table: bytes
    numbering: Numbering = field(default_factory=Numbering)
    _headings: list[int | None] = field(default_factory=list)
    _bases: list[int] = field(default_factory=list)
    _ends: list[int] = field(default_factory=list)
    """Where paragraphs end in the stream, in rising order, and what they are."""
    _paragraphs: list[Paragraph] = field(default_factory=list)
    _deleted: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def read(cls, document: bytes, table: bytes) -> "Properties":
        """Takes what can be read; a broken part leaves the text without its formats."""
        found = cls(document, table)
        for step in (found._read_styles, found._read_lists, found._read_paragraphs,
                     found._read_deleted):  # fmt: skip
            try:
                step()
            except (struct.error, IndexError):
                continue
        return found

    def paragraph(self, place: int) -> Paragraph:
        """The paragraph whose last character stands at this byte of the stream."""
        found = bisect.bisect_right(self._ends, place)
        return self._paragraphs[found] if found < len(self._paragraphs) else PLAIN

    def deleted(self, place: int) -> bool:
        """Whether a tracked change took the character at this byte out."""
        found = bisect.bisect_right(self._deleted, (place, 2**40)) - 1
        return found >= 0 and place < self._deleted[found][1]

    def _part(self, offset: int) -> bytes:
        start, length = struct.unpack_from("<II", self.document, offset)
        return self.table[start : start + length]

    def _read_styles(self) -> None:
        data = self._part(STYLES)
        (header,) = struct.unpack_from("<H", data)
        (count,) = struct.unpack_from("<H", data, 2)
        place = 2 + header
        for _ in range(min(count, 4096)):
            (length,) = struct.unpack_from("<H", data, place)
            level, base = None, 0xFFF
            if length >= 4:
                kind, parent = struct.unpack_from("<HH", data, place + 2)
                kind &= 0xFFF
                base = parent >> 4
                level = kind if 1 <= kind <= 9 else 1 if kind == TITLE_STYLE else None
            self._headings.append(level)
            self._bases.append(base)
            place += 2 + length + length % 2

    def _heading(self, style: int) -> int | None:
        for _ in range(20):
            if not 0 <= style < len(self._headings):
                return None
            if self._headings[style] is not None:
                return self._headings[style]
            style = self._bases[style]
        return None

    def _pages(self, offset: int) -> Iterator[tuple[bytes, list[int]]]:
        """The 512-byte pages of formats, and the borders of what they format."""
        data = self._part(offset)
        count = (len(data) - 4) // 8
        for number in struct.unpack_from(f"<{count}I", data, 4 * (count + 1)):
            start = (number & 0x3FFFFF) * PAGE
            page = self.document[start : start + PAGE]
            if len(page) == PAGE:
                runs = page[PAGE - 1]
                yield page, list(struct.unpack_from(f"<{runs + 1}I", page))

    def _read_paragraphs(self) -> None:
        found: dict[int, Paragraph] = {}
        for page, borders in self._pages(PARAGRAPHS):
            runs = len(borders) - 1
            for run in range(runs):
                found[borders[run + 1]] = self._one(page, page[4 * (runs + 1) + 13 * run] * 2)
        self._ends = sorted(found)
        self._paragraphs = [found[end] for end in self._ends]

    def _one(self, page: bytes, place: int) -> Paragraph:
        if place == 0 or place >= PAGE - 3:
            return PLAIN
        length = page[place] * 2 - 1
        if page[place] == 0:
            place += 1
            length = page[place] * 2
        (style,) = struct.unpack_from("<H", page, place + 1)
        heading = self._heading(style)
        name, level, in_table, row_end = 0, 0, False, False
        for code, operand in modifiers(page[place + 3 : place + 1 + length]):
            if code == IN_TABLE:
                in_table = operand[:1] == b"\1"
            elif code == ROW_END:
                row_end = operand[:1] == b"\1"
            elif code == LIST_LEVEL and operand:
                level = min(operand[0], 8)
            elif code == LIST and len(operand) == 2:
                (name,) = struct.unpack("<h", operand)
            elif code == OUTLINE and operand and heading is None and operand[0] < 9:
                heading = operand[0] + 1
        listed = (str(name), level) if name > 0 else None
        return Paragraph(heading, listed, in_table, row_end)

    def _read_deleted(self) -> None:
        for page, borders in self._pages(CHARACTERS):
            runs = len(borders) - 1
            for run in range(runs):
                place = page[4 * (runs + 1) + run] * 2
                if place == 0 or place >= PAGE - 1:
                    continue
                grouped = modifiers(page[place + 1 : place + 1 + page[place]])
                if any(code == DELETED and operand[:1] == b"\1" for code, operand in grouped):
                    self._deleted.append((borders[run], borders[run + 1]))
        self._deleted.sort()

    def _read_lists(self) -> None:
        start, length = struct.unpack_from("<II", self.document, LIST_FORMATS)
        if not length:
            return
        (count,) = struct.unpack_from("<H", self.table, start)
        count = min(count, MAX_LISTS)
        place = start + 2 + 28 * count
        formats: dict[int, list[Level]] = {}
        for number in range(count):
            base = start + 2 + 28 * number
            (name,) = struct.unpack_from("<i", self.table, base)
            levels = 1 if self.table[base + 26] & 1 else 9
            formats[name] = []
            for _ in range(levels):
                level, place = self._level(place)
                formats[name].append(level)
        overrides = self._part(LIST_OVERRIDES)
        (count,) = struct.unpack_from("<I", overrides)
        for number in range(min(count, MAX_LISTS)):
            (name,) = struct.unpack_from("<i", overrides, 4 + 16 * number)
            for depth, level in enumerate(formats.get(name, [])):
                self.numbering.add(str(number + 1), str(name), depth, level)

    def _level(self, place: int) -> tuple[Level, int]:
        start, form = struct.unpack_from("<iB", self.table, place)
        characters, paragraphs = self.table[place + 24], self.table[place + 25]
        place += 28 + characters + paragraphs
        (length,) = struct.unpack_from("<H", self.table, place)
        text = self.table[place + 2 : place + 2 + 2 * length].decode("utf-16-le", "replace")
        pattern = "".join(f"%{ord(sign) + 1}" if ord(sign) < 9 else sign for sign in text)
        return Level(FORMS.get(form, "decimal"), pattern, start), place + 2 + 2 * length


def modifiers(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(code, operand) of a list of property modifiers; ends where it is broken."""
    place = 0
    while place + 3 <= len(data):
        (code,) = struct.unpack_from("<H", data, place)
        place += 2
        size = OPERAND.get(code >> 13)
        if size is None:
            if code == 0xD608:  # a table's layout counts its length in two bytes
                if place + 2 > len(data):
                    return
                size = struct.unpack_from("<H", data, place)[0] + 1
            else:
                size = data[place] + 1
        yield code, data[place : place + size]
        place += size

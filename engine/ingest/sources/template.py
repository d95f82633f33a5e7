"""How a row of a table reads as text."""

import re
from collections.abc import Sequence

from engine.errors import InputError
from engine.types import Cell

_PLACE = re.compile(r"\{([^{}]+)\}")


class Template:
    """``{name} costs {price}`` for rows with these titles; empty for ``column: value; …``."""

    def __init__(self, template: str, titles: Sequence[str]) -> None:
        """Raises InputError for a column that is not there."""
        self._titles = tuple(titles)
        self._parts: list[str | int] = []
        if not template.strip():
            return
        places = {title.casefold(): place for place, title in enumerate(self._titles)}
        at = 0
        for match in _PLACE.finditer(template):
            name = match[1].strip().casefold()
            if name not in places:
                raise InputError(
                    f"The template names a column “{match[1].strip()}” that is not there.",
                    f"Columns: {', '.join(self._titles)}.",
                )
            self._parts += [template[at : match.start()], places[name]]
            at = match.end()
        if not self._parts:
            raise InputError(
                "The template names no column.", "Write their names in braces: {name}."
            )
        self._parts.append(template[at:])

    def text(self, row: Sequence[Cell]) -> str:
        """One row on one line."""
        if not self._parts:
            told = (
                f"{title}: {shown(value)}"
                for title, value in zip(self._titles, row, strict=True)
                if value is not None and value != ""
            )
            return "; ".join(told)
        pieces = (part if isinstance(part, str) else shown(row[part]) for part in self._parts)
        return " ".join("".join(pieces).split())


def shown(value: Cell) -> str:
    """A value as it stands in the text."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)

"""The heads of a table's columns, as Qt asks for them."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import Qt

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def head(
    words: Sequence[str],
    section: int,
    orientation: Qt.Orientation,
    role: int,
    *,
    tips: Sequence[str] = (),
    right: Collection[int] = (),
) -> object:
    """What is shown of one head; rows have none. The columns of figures stand ``right``."""
    if orientation != Qt.Orientation.Horizontal:
        return None
    if role == Qt.ItemDataRole.DisplayRole:
        return words[section]
    if role == Qt.ItemDataRole.TextAlignmentRole:
        return RIGHT if section in right else LEFT
    return tips[section] if tips and role == Qt.ItemDataRole.ToolTipRole else None

"""How strongly adapters act: a menu to choose it, and what is chosen."""

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

Held = tuple[tuple[str, float], ...]
"""Files of adapters with their strengths, in the order they were chosen."""
STRENGTHS = (0.25, 0.5, 0.75, 1.0, 1.5)
OFF = 0.0


def strength_words(scale: float) -> str:
    """``off``, ``50 %``."""
    return "off" if scale == OFF else f"{100 * scale:.0f}\u00a0%"


def fill_strengths(menu: QMenu, scale: float) -> QActionGroup:
    """Off and some strengths to choose from, and the one that is on where it is another; the data
    of an action is its strength.
    """
    group = QActionGroup(menu)
    for each in sorted({OFF, *STRENGTHS, scale}):
        words = "Off" if each == OFF else strength_words(each)
        action = menu.addAction(f"{words}  (as trained)" if each == 1.0 else words)
        action.setCheckable(True)
        action.setChecked(each == scale)
        action.setData(each)
        group.addAction(action)
    return group


def with_strength(held: Held, file: str, scale: float) -> Held:
    """The same adapters with this one at another strength; off takes it away."""
    if scale == OFF:
        return tuple(each for each in held if each[0] != file)
    if file in dict(held):
        return tuple((name, scale if name == file else old) for name, old in held)
    return (*held, (file, scale))

"""The Qt palette of a set of tokens, for everything the style sheet does not reach."""

from PySide6.QtGui import QColor, QPalette

from desktop.theme.tokens import Tokens


def palette(tokens: Tokens) -> QPalette:
    """Colours for Fusion, dialogs and text documents."""
    made = QPalette()
    role = QPalette.ColorRole
    for target, colour in (
        (role.Window, tokens.paper),
        (role.WindowText, tokens.ink),
        (role.Base, tokens.paper),
        (role.AlternateBase, tokens.panel),
        (role.Text, tokens.ink),
        (role.Button, tokens.panel),
        (role.ButtonText, tokens.ink),
        (role.BrightText, tokens.bad),
        (role.PlaceholderText, tokens.soft),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.accent_ink),
        (role.Link, tokens.accent),
        (role.LinkVisited, tokens.accent),
        (role.ToolTipBase, tokens.panel),
        (role.ToolTipText, tokens.ink),
        (role.Mid, tokens.line),
        (role.Midlight, tokens.line),
        (role.Dark, tokens.line),
        (role.Light, tokens.panel),
        (role.Shadow, tokens.line),
    ):
        made.setColor(target, QColor(colour))
    for target in (role.Text, role.WindowText, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, QColor(tokens.soft))
    return made

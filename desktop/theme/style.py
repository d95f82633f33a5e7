"""The one style sheet. Widgets choose their part of it by the property ``kind``."""

from string import Template

from desktop.theme.tokens import Tokens

SHEET = Template("""
* { outline: 0; }
QToolTip { background: $panel; color: $ink; border: 1px solid $line; padding: 4px 8px; }
QMainWindow, QDialog, QWidget[kind="paper"] { background: $paper; }
QWidget[kind="panel"] { background: $panel; }
QFrame[kind="rail"] { background: $panel; border: 0; border-right: 1px solid $line; }
QFrame[kind="side"] { background: $panel; border: 0; border-left: 1px solid $line; }
QFrame[kind="foot"] { background: $panel; border: 0; border-top: 1px solid $line; }
QFrame[kind="card"] { background: $paper; border: 1px solid $line; border-radius: 12px; }
QFrame[kind="card"][live="true"]:hover, QFrame[kind="card"][live="true"]:focus
  { border-color: $accent; }
QFrame[kind="card"][chosen="true"] { border-color: $accent; }
QFrame[kind="notice"] { background: $panel; border: 1px solid $line; border-radius: 12px; }
QFrame[kind="rule"] { background: $line; border: 0; }
QFrame[kind="popup"] { background: $paper; border: 1px solid $line; }
QFrame[kind="bubble"] { background: $panel; border: 0; border-radius: 12px; }
QFrame[kind="composer"] { background: $paper; border: 1px solid $line; border-radius: 14px; }
QFrame[kind="drop"] { background: $panel; border: 2px dashed $accent; border-radius: 14px; }

QLabel { background: transparent; }
QLabel[kind="brand"], QLabel[kind="title"] { font-size: 16px; font-weight: 600; }
QLabel[kind="strong"] { font-weight: 600; }
QLabel[kind="soft"] { color: $soft; font-size: 12px; }
QLabel[kind="softbody"] { color: $soft; }
QLabel[kind="head"] { color: $soft; font-size: 12px; font-weight: 600; }
QLabel[kind="number"] { color: $accent; font-weight: 600; }
QLabel[kind="tag"] { color: $accent; font-size: 12px; font-weight: 600; }
QLabel[kind="warn"] { color: $warn; font-size: 12px; }
QLabel[kind="bad"] { color: $bad; }

QAbstractButton[kind="nav"] { background: transparent; border: 1px solid transparent;
  border-radius: 8px; padding: 9px 14px; text-align: left; color: $ink; }
QAbstractButton[kind="nav"][narrow="true"] { padding: 9px 0; text-align: center; }
QAbstractButton[kind="nav"]:hover { background: $hover; }
QAbstractButton[kind="nav"]:checked { background: $paper; font-weight: 600; }
QAbstractButton[kind="nav"]:focus { border-color: $accent; }
QAbstractButton[kind="icon"] { background: transparent; border: 1px solid transparent;
  border-radius: 8px; padding: 5px; }
QAbstractButton[kind="icon"]:hover { background: $hover; }
QAbstractButton[kind="icon"]:focus { border-color: $accent; }
QAbstractButton[kind="chip"] { background: transparent; color: $soft; border: 1px solid $line;
  border-radius: 12px; padding: 4px 11px; font-size: 12px; min-height: 16px; max-height: 16px; }
QAbstractButton[kind="chip"]:hover { background: $hover; color: $ink; }
QAbstractButton[kind="chip"]:focus { border-color: $accent; }
QAbstractButton[kind="chip"]:checked { border-color: $accent; color: $ink; }
QAbstractButton[kind="plain"] { background: $paper; color: $ink; border: 1px solid $line;
  border-radius: 10px; padding: 6px 14px; min-height: 18px; }
QAbstractButton[kind="plain"]:hover { background: $hover; }
QAbstractButton[kind="plain"]:focus { border-color: $accent; }
QAbstractButton[kind="plain"]:disabled { color: $soft; background: transparent; }
QAbstractButton[kind="main"] { background: $accent; color: $accent_ink; border: 1px solid $accent;
  border-radius: 10px; padding: 6px 16px; min-height: 19px; font-weight: 600; }
QAbstractButton[kind="main"]:hover { border-color: $ink; }
QAbstractButton[kind="main"]:focus { border-color: $ink; }
QAbstractButton[kind="main"]:disabled { background: $line; color: $soft; border-color: $line; }
QAbstractButton[kind="step"] { background: transparent; color: $soft; border: 0;
  border-top: 2px solid $line; padding: 8px 0 4px 0; text-align: left; font-size: 12px;
  font-weight: 600; }
QAbstractButton[kind="step"]:hover { color: $ink; }
QAbstractButton[kind="step"]:focus { color: $accent; }
QAbstractButton[kind="step"]:checked { color: $ink; border-top-color: $accent; }
QAbstractButton[kind="step"]:disabled { color: $soft; }
QAbstractButton[kind="link"] { background: transparent; color: $accent; border: 0; padding: 2px 0;
  font-size: 12px; font-weight: 600; text-align: left; }
QAbstractButton[kind="link"]:hover, QAbstractButton[kind="link"]:focus { color: $ink; }
QPushButton::menu-indicator { image: none; width: 0; }

QPlainTextEdit, QTextEdit, QTextBrowser { background: transparent; border: 0; color: $ink;
  selection-background-color: $accent; selection-color: $accent_ink; }
QLineEdit { background: $paper; border: 1px solid $line; border-radius: 8px; padding: 6px 10px;
  color: $ink; selection-background-color: $accent; selection-color: $accent_ink; }
QPlainTextEdit[kind="field"] { background: $paper; border: 1px solid $line;
  border-radius: 8px; padding: 5px 10px; color: $ink; }
QLineEdit:focus, QPlainTextEdit[kind="field"]:focus { border-color: $accent; }
QCheckBox, QRadioButton { spacing: 8px; color: $ink; }
QCheckBox:disabled, QRadioButton:disabled { color: $soft; }
QCheckBox::indicator, QRadioButton::indicator { width: 14px; height: 14px;
  border: 1px solid $soft; background: $paper; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus,
QRadioButton::indicator:focus { border-color: $accent; }
QCheckBox::indicator:checked { background: $accent; border-color: $accent; }
QRadioButton::indicator:checked { width: 6px; height: 6px; background: $accent_ink;
  border: 5px solid $accent; }
QLineEdit:disabled { color: $soft; background: transparent; }
QLabel[kind="mono"] { font-family: monospace; font-size: 12px; }
QListView, QTableView, QTreeView { background: transparent; border: 0; color: $ink;
  selection-background-color: $hover; selection-color: $ink; }
QListWidget { background: $paper; border: 1px solid $line; border-radius: 8px; padding: 4px; }
QListWidget::item { padding: 5px 8px; border-radius: 6px; }
QListWidget::item:selected { background: $hover; color: $ink; }
QTreeView { selection-background-color: $panel; show-decoration-selected: 1; }
QTableView { alternate-background-color: transparent; gridline-color: $line; }
QTableView::item { padding: 0 6px; border: 0; }
QTableView::item:selected { background: $hover; color: $ink; }
QHeaderView { background: transparent; border: 0; }
QHeaderView::section { background: $paper; color: $soft; border: 0; padding: 6px 8px;
  border-bottom: 1px solid $line; font-size: 12px; font-weight: 600; }
QTableCornerButton::section { background: transparent; border: 0; }
QMenu { background: $paper; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 6px; color: $ink; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $soft; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 6px; }

QProgressBar { background: $line; border: 0; border-radius: 3px; max-height: 6px;
  min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QScrollArea, QScrollArea > QWidget > QWidget[kind="scrolled"] { background: transparent;
  border: 0; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 4px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $soft; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: transparent; }
""")


def style_sheet(tokens: Tokens) -> str:
    return SHEET.substitute(
        paper=tokens.paper,
        panel=tokens.panel,
        line=tokens.line,
        ink=tokens.ink,
        soft=tokens.soft,
        accent=tokens.accent,
        accent_ink=tokens.accent_ink,
        warn=tokens.warn,
        bad=tokens.bad,
        hover=tokens.hover,
    )

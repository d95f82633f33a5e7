"""Asks before something is done that costs or cannot be taken back."""

from PySide6.QtWidgets import QMessageBox, QWidget


def sure(
    parent: QWidget, title: str, question: str, words: str, *, yes: str, no: str = "Cancel"
) -> bool:
    """One question with two buttons; ``no`` is what Escape means."""
    box = QMessageBox(parent)
    box.setWindowTitle(title)
    box.setText(question)
    box.setInformativeText(words)
    agreed = box.addButton(yes, QMessageBox.ButtonRole.AcceptRole)
    refused = box.addButton(no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(refused)
    box.setEscapeButton(refused)
    box.exec()
    return box.clickedButton() is agreed

"""Draws the Library page: libraries, files, what was read of them, and what is set for them."""

from pathlib import Path

from desktop.library.glossary_dialog import GlossaryDialog
from desktop.library.settings_dialog import LibrarySettingsDialog
from desktop.library.source_dialog import SourceDialog
from desktop.library.why_dialog import WhyDialog
from desktop.screenshots import papers as made
from desktop.screenshots.camera import Camera
from engine.store.sources import Source


def draw(camera: Camera, folder: Path) -> None:
    window, library = camera.window, camera.window.library
    papers, letters = made.lay_out(folder)
    window.go("library")
    window.jobs.add([papers], papers.name)
    window.jobs.add([letters], letters.name)
    source = Source("Bookings", "Sources", str(made.bookings(folder)), every_minutes=60)
    window.jobs.add_source(source, table="", password="")
    camera.until(lambda: not window.jobs.running and len(library.overview.cards) == 3)
    library.show_all()
    library.job.hide()
    camera.until(lambda: len(library.overview.sources) == 1)
    camera.take("libraries")
    library.overview.source_button.click()
    assert isinstance(library.actions_.dialog, SourceDialog)
    library.actions_.dialog.address.setText("postgresql://reader@harbour.example/bookings")
    camera.take_with("source", library.actions_.dialog)
    library.actions_.dialog.reject()
    library.show_library(papers.name)
    camera.until(lambda: library.table.files.rowCount() > 6)
    camera.take("library")
    library.table.choose(str(papers / "Staff handbook.pdf"))
    camera.until(lambda: library.inside.preview.place.isVisible())
    camera.take("preview")
    wide = window.size()
    window.resize(880, 640)
    camera.take("library-narrow")
    camera.theme.choose("dark")
    window.resize(wide)
    camera.take("preview-dark")
    camera.theme.choose("light")
    library.table.choose(str(papers / "Wages 2026.pdf"))
    library.inside.preview.unlock.click()
    assert library.actions_.dialog is not None
    camera.take_with("unlock", library.actions_.dialog)
    library.actions_.dialog.reject()
    library.actions_.ask_why(str(papers / "Berth plan.pdf"))
    why = library.actions_.dialog
    assert isinstance(why, WhyDialog)
    camera.until(lambda: why.found is not None)
    camera.take_with("why", why)
    why.reject()
    library.show_library(letters.name)
    camera.until(lambda: library.table.files.rowCount() == 1)
    library.table.expandAll()
    library.table.choose(str(letters / "Offer for the slipway.eml"))
    camera.until(lambda: library.inside.preview.inside.isVisible())
    camera.take("letters")
    camera.assistant.glossary.add(papers.name, "HM", "harbour master")
    draw_care(camera, papers.name)


def draw_care(camera: Camera, library: str) -> None:
    """What is set for one library, and its glossary."""
    page = camera.window.library
    page.show_library(library)
    page.inside.settings_button.click()
    camera.until(lambda: isinstance(page.actions_.dialog, LibrarySettingsDialog))
    assert page.actions_.dialog is not None
    camera.take_with("library-settings", page.actions_.dialog)
    page.actions_.dialog.reject()
    camera.settle()
    page.inside.glossary_button.click()
    glossary = page.actions_.dialog
    assert isinstance(glossary, GlossaryDialog)
    camera.until(lambda: glossary.entries.total > 0)
    glossary.table.selectRow(0)
    camera.take_with("glossary", glossary)
    glossary.reject()

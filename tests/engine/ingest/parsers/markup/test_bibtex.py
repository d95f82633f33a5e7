from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry

SOURCE = r"""% made by hand
@string{tide = {Journal of Tides}}
@article{ode31,
  author = "Ann Ode and Bo {\"O}ss",
  title = {{On {Boats}} and
     water},
  journal = tide # " (new)", month = jan, year = 2031, pages = {5--9},
}
@comment{nothing}
@Book(ess30, title = "Ebb", note = "")
"""


def test_entries_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(SOURCE)
    document = registry.parse(path)
    assert document.type == "bib"
    assert document.pages[0].text == (
        "On Boats and water\n\nArticle: ode31\nAuthor: Ann Ode; Bo Öss\nTitle: On Boats and water\n"
        "Journal: Journal of Tides (new)\nYear: 2031\nMonth: January\nPages: 5–9\n\n"
        "Ebb\n\nBook: ess30\nTitle: Ebb"
    )
    assert [h.title for h in document.pages[0].headings] == ["On Boats and water", "Ebb"]


def test_no_entries(tmp_path: Path) -> None:
    path = tmp_path / "a.bib"
    path.write_text("nothing here")
    with pytest.raises(ParseError):
        registry.parse(path)

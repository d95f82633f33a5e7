"""PPTX and ODP: a page a slide."""

from pathlib import Path

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from engine.errors import ParseError
from engine.ingest.parsers import registry
from tests.engine.ingest.parsers.office.office import odf


def make(path: Path) -> Path:
    show = Presentation()
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "The plan"
    first.placeholders[1].text = "Step one\nStep two"
    first.notes_slide.notes_text_frame.text = "Speak slowly"
    second = show.slides.add_slide(show.slide_layouts[6])
    low = second.shapes.add_textbox(Inches(1), Inches(5), Inches(3), Inches(1))
    low.text_frame.text = "Stands low"
    group = second.shapes.add_group_shape()
    for place, words in ((2, "inside right"), (0, "inside left")):
        box = group.shapes.add_textbox(Inches(place), Inches(3), Inches(1), Inches(1))
        box.text_frame.text = words
    high = second.shapes.add_textbox(Inches(1), Inches(1), Inches(3), Inches(1))
    high.text_frame.text = "Stands high"
    table = second.shapes.add_table(2, 2, Inches(1), Inches(6), Inches(4), Inches(1)).table
    for row, cells in enumerate((("Town", "Sum"), ("Oslo", "12"))):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    chart = CategoryChartData()
    chart.categories = ["2019", "2020"]
    chart.add_series("Ducks", (3, 4))
    second.shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(7), Inches(4), Inches(2), chart
    )
    second._element.set("show", "0")
    show.save(str(path))
    return path


def test_slides(tmp_path: Path) -> None:
    document = registry.parse(make(tmp_path / "a.pptx"))
    first, second = document.pages
    assert (document.type, document.title) == ("pptx", "The plan")
    assert (first.label, first.headings[0].title) == ("Slide 1", "The plan")
    assert first.text == "The plan\n\nStep one\n\nStep two\n\nSpeaker notes\n\nSpeak slowly"
    assert second.text == (
        "Stands high\n\ninside left\n\ninside right\n\nStands low\n\nTown | Sum\nOslo | 12\n\n"
        "Bar chart\n\n| Ducks\n2019 | 3\n2020 | 4"
    )
    assert second.headings[0].title == "Stands high"
    assert document.note == "Hidden slides were read too: 2."


def test_a_show_without_words_is_empty(tmp_path: Path) -> None:
    show = Presentation()
    show.slides.add_slide(show.slide_layouts[6])
    show.save(str(tmp_path / "a.pptx"))
    with pytest.raises(ParseError) as caught:
        registry.parse(tmp_path / "a.pptx")
    assert caught.value.code == "empty"


def test_opendocument_slides(tmp_path: Path) -> None:
    frame = '<draw:frame svg:y="{y}cm"{more}><draw:text-box>{words}</draw:text-box></draw:frame>'
    listed = (
        '<text:list text:style-name="L1"><text:list-item><text:p>One</text:p><text:list>'
        "<text:list-item><text:p>Deeper</text:p></text:list-item></text:list></text:list-item>"
        "</text:list>"
    )
    body = (
        '<draw:page draw:name="p1">'
        + frame.format(y=9, more="", words=listed)
        + frame.format(
            y=1, more=' presentation:class="title"', words="<text:p>A <text:s/>title</text:p>"
        )
        + '<draw:custom-shape svg:y="5cm"><text:p>Shape</text:p></draw:custom-shape>'
        + "<presentation:notes>"
        + frame.format(y=1, more="", words="<text:p>Notes here</text:p>")
        + "</presentation:notes></draw:page>"
    )
    (page,) = registry.parse(odf(tmp_path / "a.odp", "presentation", body)).pages
    assert page.text == ("A title\n\nShape\n\n• One\n  • Deeper\n\nSpeaker notes\n\nNotes here")
    assert (page.label, page.headings[0].title) == ("Slide 1", "A title")

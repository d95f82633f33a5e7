from pathlib import Path

import pytest

from engine.errors import ParseError
from engine.ingest.parsers import registry

BOOK = """<?xml version="1.0" encoding="windows-1251"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info>
<author><first-name>Лев</first-name><last-name>Толстой</last-name></author>
<book-title>Война и мир</book-title><annotation><p>О войне.</p></annotation></title-info>
</description><body><title><p>Том</p><p>первый</p></title>
<section><title><p>Глава 1</p></title><p>Он <emphasis>пришёл</emphasis>.</p>
<poem><stanza><v>Стих один</v><v>Стих два</v></stanza></poem></section>
<section><title><p>Глава 2</p></title><section><title><p>Часть</p></title><p>Он ушёл.</p></section>
</section></body><binary id="a">AAAA</binary></FictionBook>"""


def test_chapters(tmp_path: Path) -> None:
    path = tmp_path / "book.xml"
    path.write_bytes(BOOK.encode("cp1251"))
    document = registry.parse(path)
    assert (document.type, document.title) == ("fb2", "Война и мир")
    assert [page.label for page in document.pages] == [
        "About this book", "Том первый", "Глава 1", "Глава 2",
    ]  # fmt: skip
    assert document.pages[0].text == "Война и мир\n\nAuthors: Лев Толстой\n\nО войне."
    assert document.pages[2].text == "Глава 1\n\nОн пришёл.\n\nСтих один\nСтих два"
    assert [h.level for h in document.pages[3].headings] == [1, 2]


def test_nothing_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.fb2"
    path.write_text("<FictionBook><body/></FictionBook>")
    with pytest.raises(ParseError) as caught:
        registry.parse(path)
    assert caught.value.code == "empty"

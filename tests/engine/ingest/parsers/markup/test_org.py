from pathlib import Path

from engine.ingest.parsers import registry

SOURCE = """#+TITLE: The Harbour
#+AUTHOR: Ann
#+INCLUDE: "/etc/passwd"
* TODO [#A] Fees :money:
:PROPERTIES:
:ID: 5
:END:
A *bold* /word/ and =code= and [[http://x][a link]].
It goes on <2031-05-02 Fri>.
- one
  and more
  - [X] inner
1. first
** Table
| Boat  | Fee |
|-------+-----|
| Skiff |  65 |
#+BEGIN_SRC python
  print(65)
#+END_SRC
#+BEGIN_QUOTE
Said /so/.
#+END_QUOTE
# a comment
"""


def test_as_its_reader_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "a.org"
    path.write_text(SOURCE)
    document = registry.parse(path)
    (page,) = document.pages
    assert (document.type, document.title) == ("org", "The Harbour")
    assert page.text == (
        "The Harbour\n\nAuthor: Ann\n\nTODO Fees\n\n"
        "A bold word and code and a link. It goes on 2031-05-02 Fri.\n\n"
        "• one and more\n  • [x] inner\n1. first\n\nTable\n\nBoat | Fee\nSkiff | 65\n\n"
        "print(65)\n\nSaid so."
    )
    assert [h.title for h in page.headings] == ["The Harbour", "TODO Fees", "Table"]


def test_blocks_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "a.org"
    path.write_text("first\n" + "#+BEGIN_A\n" * 5000 + "last")
    text = registry.parse(path).pages[0].text
    assert text.startswith("first") and text.endswith("last")

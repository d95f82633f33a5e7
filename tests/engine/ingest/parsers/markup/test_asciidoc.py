from pathlib import Path

from engine.ingest.parsers import registry

SOURCE = """= The Harbour
:author: Ann
:toc:

// a comment
A *bold* _word_ and `code` and link:http://x[a link], see <<fees,the fees>>.
It goes on.footnote:[So it is.]

[[fees]]
== Fees

* one
and more
** inner
. first

Term:: What it means.

include::/etc/passwd[]

image::x.png[A plan,200]

.A caption
[cols="1,1"]
|===
|Boat |Fee

|Skiff
|65
|===

----
print(65)
----

NOTE: Mind the tide.

====
An example.
====

Old Title
---------

End.
"""


def test_as_its_reader_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "a.adoc"
    path.write_text(SOURCE)
    document = registry.parse(path)
    (page,) = document.pages
    assert (document.type, document.title) == ("asciidoc", "The Harbour")
    assert page.text == (
        "The Harbour\n\nAuthor: Ann\n\nA bold word and code and a link, see the fees. "
        "It goes on. (So it is.)\n\nFees\n\n• one and more\n  • inner\n• first\n"
        "Term: What it means.\n\nA plan\n\nA caption\n\nBoat | Fee\nSkiff | 65\n\nprint(65)\n\n"
        "NOTE: Mind the tide.\n\nAn example.\n\nOld Title\n\nEnd."
    )
    assert [(h.level, h.title) for h in page.headings] == [
        (1, "The Harbour"), (2, "Fees"), (2, "Old Title"),
    ]  # fmt: skip

from pathlib import Path

from engine.ingest.parsers import registry
from engine.ingest.parsers.markup.rest import inline

SOURCE = """=======
Harbour
=======

:Author: Ann

Fees
====

A *short* **note** on ``code`` and :ref:`the tides <tides>` and `a link <http://x>`_.
It goes on_.

- one
  and more

  - inner
- two

1. first
2. second

Small
-----

.. note:: Mind the tide.
   It is strong.

.. code-block:: python

   print(65)

.. include:: /etc/passwd
.. raw:: html
   :file: /etc/passwd

.. py:function:: fee(boat)

   Returns the **fee**.

Literal::

   a  b

+------+-----+
| Boat | Fee |
+======+=====+
| Skif | 65  |
| f    |     |
+------+-----+

===== ===
Boat  Fee
===== ===
Ketch 90
===== ===

.. a comment
.. _target:
.. [1] A footnote.
"""


def test_as_its_reader_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "a.rst"
    path.write_text(SOURCE)
    document = registry.parse(path)
    (page,) = document.pages
    assert (document.type, document.title) == ("rst", "Harbour")
    assert page.text == (
        "Harbour\n\nAuthor: Ann\n\nFees\n\n"
        "A short note on code and the tides and a link. It goes on.\n\n"
        "• one and more\n  • inner\n• two\n1. first\n2. second\n\nSmall\n\n"
        "Mind the tide.\n\nIt is strong.\n\nprint(65)\n\nfee(boat)\n\nReturns the fee.\n\n"
        "Literal:\n\na  b\n\nBoat | Fee\nSkif f | 65\n\nBoat | Fee\nKetch | 90\n\n[1] A footnote."
    )
    assert [(h.level, h.title) for h in page.headings] == [
        (1, "Harbour"), (2, "Fees"), (3, "Small"),
    ]  # fmt: skip


def test_known_without_its_name(tmp_path: Path) -> None:
    path = tmp_path / "readme"
    path.write_text("Title\n=====\n\n.. note:: words\n")
    assert registry.parse(path).type == "rst"
    path.write_text("Title\n=====\n\n```\nx\n```\n")
    assert registry.parse(path).type == "text"


def test_marks_that_mean_nothing_stay() -> None:
    assert inline("2 * 3 * 4 and a_b and **") == "2 * 3 * 4 and a_b and **"

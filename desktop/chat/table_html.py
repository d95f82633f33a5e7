"""Table rows that were quoted from a document, shown as a table again."""

import html

from desktop.theme.tokens import Tokens

CELL = " | "
LEAST_LINES = 3
LONGEST_LINE = 60
"""A line of running text on a page is longer than this, rows and list items are not."""


def rows(text: str) -> list[list[str]]:
    """The cells of a text whose lines all are rows of one table; empty where they are not."""
    found = [line for line in text.splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line.split(CELL)] for line in found]
    widths = {len(row) for row in cells}
    return cells if len(cells) > 1 and len(widths) == 1 and widths != {1} else []


def lines(text: str) -> list[str]:
    """The lines of a text that is rows or items without cell marks, as PDFs give tables."""
    found = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    short = all(len(line) <= LONGEST_LINE for line in found)
    return found if len(found) >= LEAST_LINES and short else []


def table_html(cells: list[list[str]], tokens: Tokens, *, tail: str = "") -> str:
    """The first row is the head; ``tail`` is HTML put behind the last cell."""
    head, *body = cells
    soft = f'style="color:{tokens.soft}; font-size:12px"'
    top = "".join(f"<td {soft}>{html.escape(cell)}</td>" for cell in head)
    rest = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in body
    )
    if tail:
        rest = rest.removesuffix("</td></tr>") + f"{tail}</td></tr>"
    return f'<table cellspacing="0" cellpadding="5"><tr>{top}</tr>{rest}</table>'

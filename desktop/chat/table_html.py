"""Table rows that were quoted from a document, shown as a table again."""

import html

from desktop.theme.tokens import Tokens

CELL = " | "


def rows(text: str) -> list[list[str]]:
    """The cells of a text whose lines all are rows of one table; empty where they are not."""
    lines = [line for line in text.splitlines() if line.strip()]
    cells = [[cell.strip() for cell in line.split(CELL)] for line in lines]
    widths = {len(row) for row in cells}
    return cells if len(cells) > 1 and len(widths) == 1 and widths != {1} else []


def table_html(cells: list[list[str]], tokens: Tokens) -> str:
    """The first row is the head."""
    head, *body = cells
    soft = f'style="color:{tokens.soft}; font-size:12px"'
    top = "".join(f"<td {soft}>{html.escape(cell)}</td>" for cell in head)
    rest = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in body
    )
    return f'<table cellspacing="0" cellpadding="5"><tr>{top}</tr>{rest}</table>'

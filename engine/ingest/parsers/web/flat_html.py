"""Pages whose tags are nested too deep for the HTML reader, made flat."""

import html
import re
from html.parser import HTMLParser

UNSEEN = frozenset({"script", "style", "template", "noscript", "head", "svg", "math", "select"})
ROWS = frozenset(
    re.findall(
        r"\w+",
        "p div li ul ol dl dt dd tr table td th h1 h2 h3 h4 h5 h6 br hr pre blockquote section "
        "article header footer main nav aside form fieldset figure caption",
    )
)


def flattened(source: str) -> str:
    """The same text in paragraphs, without any nesting."""
    reader = _Flat()
    reader.feed(source)
    reader.close()
    return "".join(reader.parts)


class _Flat(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in UNSEEN:
            self._unseen.append(tag)
        self._row(tag)

    def _row(self, tag: str) -> None:
        if tag in ROWS and self.parts and self.parts[-1] != "<p>":
            self.parts.append("<p>")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        self._row(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen and data.strip():
            self.parts.append(html.escape(data))

"""What the beginning of a text tells of its format. Each function takes the decoded head.

Cheap on purpose: they run on every file that is looked at, also on hostile ones.
"""

import re

HTML_START = re.compile(
    # Atomic: a file of nothing but comments must not be tried in every partition.
    r"\s*+(?:<\?xml[^>]*>\s*+)?(?>(?>(?:<!--.*?-->)\s*+)*+)<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
XML_START = re.compile(r"\s*<\?xml\b")
DELIMITERS = ",;\t|"
MAX_SEPARATED_LINES = 50


def html(text: str) -> bool:
    return HTML_START.match(text) is not None


def xml(text: str) -> bool:
    return XML_START.match(text) is not None


def flat_odf(text: str) -> bool:
    """OpenDocument in one XML file (.fodt, .fods, .fodp)."""
    return xml(text) and "urn:oasis:names:tc:opendocument:xmlns:office" in text


def word_xml(text: str) -> bool:
    """Word's XML of 2003, or a whole package in one XML file."""
    return xml(text) and (
        "schemas.microsoft.com/office/word/2003" in text or "Word.Document" in text
    )


def excel_xml(text: str) -> bool:
    """Excel's XML of 2003."""
    return xml(text) and "urn:schemas-microsoft-com:office:spreadsheet" in text


def separated(text: str) -> bool:
    """Whether lines are rows of values: the same delimiter, equally often, in each of them."""
    whole = text.splitlines() if text.endswith("\n") else text.splitlines()[:-1]
    lines = [line for line in whole[:MAX_SEPARATED_LINES] if line.strip()]
    if len(lines) < 3:
        return False
    for delimiter in DELIMITERS:
        counts = {line.count(delimiter) for line in lines if '"' not in line}
        if len(counts) == 1 and min(counts) >= (1 if delimiter == "\t" else 2):
            return True
    return False

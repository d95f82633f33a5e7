"""The table of file formats: how each is recognised and who reads it.

A format without a parser is known by name only, so that its files can be told as "not supported
yet". Parsers are named, not imported: the table is loaded at every start.
"""

from collections.abc import Callable
from dataclasses import dataclass

from engine.ingest.parsers import sniff, sniff_mail, sniff_marks
from engine.ingest.parsers.markup import code

Magic = tuple[tuple[int, bytes], ...]


@dataclass(frozen=True, slots=True)
class FileFormat:
    """One row. A file is of the first format with any of the marks in its content."""

    type: str
    """Stands in ``ParsedDocument.type`` and in the vault."""
    title: str
    """For the user, before the word "files"."""
    suffixes: tuple[str, ...] = ()
    """Lower case, with the dot; they decide only where the content leaves it open."""
    parser: str = ""
    """Module below this folder with ``parse(path, options)``; empty: not read yet."""
    magic: Magic = ()
    """(offset, bytes) of the file."""
    content_types: tuple[str, ...] = ()
    """Parts of a main content type in a zip's ``[Content_Types].xml``."""
    mimetypes: tuple[str, ...] = ()
    """Beginnings of a zip's ``mimetype`` member."""
    members: tuple[str, ...] = ()
    """Beginnings of names in a zip."""
    streams: tuple[str, ...] = ()
    """Beginnings of the names of streams and storages at the root of an OLE2 file."""
    text: bool = False
    """A text format: of a decodable file without better marks the suffix decides."""
    sniff: Callable[[str], bool] | None = None
    """Whether the head of a text is surely of this format, whatever the file's name."""
    guess: Callable[[str], bool] | None = None
    """Whether it seems so; asked only where no text format claims the suffix."""
    version: int = 1
    """Of what its parser finds. A higher one reads the files of this type again once, so raise it
    with a change that makes the text of files that users have better."""


FORMATS: tuple[FileFormat, ...] = (
    # --- read ------------------------------------------------------------------------------
    FileFormat("pdf", "PDF", (".pdf",), "pdf.pdf", version=2),
    FileFormat(
        "docx", "Word", (".docx", ".docm", ".dotx", ".dotm"), "office.docx",
        content_types=("wordprocessingml.document.main", "wordprocessingml.template.main",
                       "ms-word.document.macroenabled", "ms-word.template.macroenabled"),
        members=("word/",),
    ),
    # Those first whose beginning is sure: a saved page or a mail may begin like many others.
    FileFormat("mbox", "Mailbox", (".mbox", ".mbx"), "mail.mailbox", text=True,
               sniff=sniff_mail.mbox),
    FileFormat("mhtml", "Web archive", (".mhtml", ".mht"), "web.mhtml", text=True,
               sniff=sniff_mail.mhtml),
    FileFormat("eml", "Mail", (".eml", ".emlx"), "mail.mail", text=True, sniff=sniff_mail.eml),
    FileFormat("msg", "Outlook message", (".msg", ".oft"), "mail.msg",
               streams=("__substg1.0_", "__properties_version")),
    FileFormat("epub", "EPUB book", (".epub",), "web.epub", mimetypes=("application/epub",),
               members=("META-INF/container.xml", "OEBPS/")),
    FileFormat("fb2", "FictionBook", (".fb2",), "web.fb2", text=True, sniff=sniff_marks.fiction),
    FileFormat("vtt", "WebVTT", (".vtt",), "markup.subtitles", text=True, sniff=sniff_marks.vtt),
    FileFormat("srt", "SubRip", (".srt",), "markup.subtitles", text=True, sniff=sniff_marks.srt),
    FileFormat("ipynb", "Jupyter notebook", (".ipynb",), "markup.notebook", text=True,
               sniff=sniff_marks.notebook),
    FileFormat("html", "HTML", (".html", ".htm", ".xhtml"), "web.html", text=True,
               sniff=sniff.html),
    FileFormat("markdown", "Markdown", (".md", ".markdown", ".mdown", ".mkd"), "markup.markdown",
               text=True),
    FileFormat("rst", "reStructuredText", (".rst", ".rest"), "markup.rest", text=True,
               guess=sniff_marks.rst),
    FileFormat("asciidoc", "AsciiDoc", (".adoc", ".asciidoc", ".asc"), "markup.asciidoc", text=True,
               guess=sniff_marks.asciidoc),
    FileFormat("org", "Org", (".org",), "markup.org", text=True, guess=sniff_marks.org),
    FileFormat("tex", "TeX", (".tex", ".latex", ".ltx"), "markup.tex", text=True,
               guess=sniff_marks.tex),
    FileFormat("bib", "BibTeX", (".bib", ".bibtex"), "markup.bibtex", text=True,
               guess=sniff_marks.bibtex),
    FileFormat("json", "JSON", (".json", ".jsonl", ".ndjson", ".geojson", ".json5", ".jsonld"),
               "markup.json_text", text=True, guess=sniff_marks.json),
    FileFormat("code", "Source code", code.SUFFIXES, "markup.code", text=True,
               guess=sniff_marks.code),
    FileFormat("tar", "TAR archive", (".tar",), "archives.archive_tar", magic=((257, b"ustar"),)),
    FileFormat("gzip", "Compressed", (".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz"),
               "archives.archive_tar",
               magic=((0, b"\x1f\x8b\x08"), (0, b"BZh"), (0, b"\xfd7zXZ"))),
    # --- known by name ---------------------------------------------------------------------
    FileFormat("doc", "Old Word (.doc)", (".doc", ".dot"), "office.doc", streams=("WordDocument",)),
    FileFormat(
        "xlsx", "Excel", (".xlsx", ".xlsm", ".xltx", ".xltm"), "office.xlsx", version=3,
        content_types=("spreadsheetml.sheet.main", "spreadsheetml.template.main",
                       "ms-excel.sheet.macroenabled", "ms-excel.template.macroenabled"),
        members=("xl/workbook.xml",),
    ),
    FileFormat("xlsb", "Excel (.xlsb)", (".xlsb",), "office.xlsb", version=3,
               content_types=("ms-excel.sheet.binary",), members=("xl/workbook.bin",)),
    FileFormat("xls", "Old Excel (.xls)", (".xls", ".xlt"), "office.xls", version=3,
               streams=("Workbook", "Book"),
               magic=((0, b"\x09\0\x04\0"), (0, b"\x09\x02\x06\0"), (0, b"\x09\x04\x06\0"),
                      (0, b"\x09\x08\x08\0"), (0, b"\x09\x08\x10\0"))),
    FileFormat(
        "pptx", "PowerPoint", (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx"), "office.pptx",
        content_types=("presentationml.presentation.main", "presentationml.slideshow.main",
                       "presentationml.template.main", "ms-powerpoint."),
        members=("ppt/",),
    ),
    FileFormat("ppt", "Old PowerPoint (.ppt)", (".ppt", ".pps", ".pot"), "office.ppt",
               streams=("PowerPoint Document", "PP97_DUALSTORAGE")),
    FileFormat("odt", "OpenDocument text", (".odt", ".ott"), "office.odf",
               mimetypes=("application/vnd.oasis.opendocument.text",
                          "application/vnd.sun.xml.writer")),
    FileFormat("ods", "OpenDocument spreadsheet", (".ods", ".ots"), "office.odf", version=3,
               mimetypes=("application/vnd.oasis.opendocument.spreadsheet",
                          "application/vnd.sun.xml.calc")),
    FileFormat("odp", "OpenDocument presentation", (".odp", ".otp"), "office.odf",
               mimetypes=("application/vnd.oasis.opendocument.presentation",
                          "application/vnd.sun.xml.impress")),
    FileFormat("fodt", "OpenDocument", (".fodt", ".fods", ".fodp"), "office.odf", text=True,
               version=2,
               sniff=sniff.flat_odf),
    FileFormat("rtf", "RTF", (".rtf",), "office.rtf", magic=((0, b"{\\rtf"),)),
    FileFormat("csv", "CSV", (".csv", ".tsv", ".tab", ".psv"), "office.delimited", text=True,
               version=3, guess=sniff.separated),
    FileFormat("protected", "Protected Office", (), "office.protected"),
    FileFormat("ole", "Old Office"),
    FileFormat("word-xml", "Word XML", (), text=True, sniff=sniff.word_xml),
    FileFormat("excel-xml", "Excel XML", (), text=True, sniff=sniff.excel_xml),
    FileFormat("hwpx", "Hangul (.hwpx)", (".hwpx",), mimetypes=("application/hwp+zip",)),
    FileFormat("hwp", "Hangul (.hwp)", (".hwp",), magic=((0, b"HWP Document File"),),
               streams=("FileHeader", "HwpSummaryInformation", "\x05HwpSummaryInformation")),
    FileFormat("pages", "Apple Pages", (".pages",)),
    FileFormat("keynote", "Apple Keynote", (".key",), members=("index.apxl", "Index/Slide")),
    FileFormat("numbers", "Apple Numbers", (".numbers",)),
    FileFormat("iwork", "Apple iWork", members=("Index/Document", "Index.zip", "index.xml")),
    FileFormat("xps", "XPS", (".xps", ".oxps"),
               content_types=("package.xps-fixeddocumentsequence",),
               members=("FixedDocSeq.fdseq", "FixedDocumentSequence.fdseq",
                        "Documents/1/FixedDoc")),
    FileFormat("visio", "Visio", (".vsdx", ".vsdm", ".vsd"), content_types=("ms-visio.",),
               members=("visio/",), streams=("VisioDocument",)),
    FileFormat("works", "Microsoft Works", (".wps", ".wks", ".wdb"),
               streams=("MatOST", "MSWorks", "CONTENTS")),
    FileFormat("wordperfect", "WordPerfect", (".wpd", ".wp"), magic=((0, b"\xffWPC"),),
               streams=("PerfectOffice_MAIN",)),
    FileFormat("publisher", "Publisher", (".pub",), streams=("Quill", "Escher")),
    FileFormat("project", "Microsoft Project", (".mpp",), streams=("   1", "Props9", "Props12")),
    FileFormat("onenote", "OneNote", (".one",), magic=((0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d"),)),
    FileFormat("access", "Access database", (".mdb", ".accdb"),
               magic=((4, b"Standard Jet DB"), (4, b"Standard ACE DB"))),
    FileFormat("pst", "Outlook mailbox", (".pst", ".ost"), magic=((0, b"!BDN"),)),
    FileFormat("djvu", "DjVu", (".djvu", ".djv"), magic=((0, b"AT&TFORM"),)),
    FileFormat("chm", "CHM help", (".chm",), magic=((0, b"ITSF"),)),
    FileFormat("mobi", "Kindle book", (".mobi", ".azw", ".azw3"), magic=((60, b"BOOKMOBI"),)),
    FileFormat("postscript", "PostScript", (".ps", ".eps"), magic=((0, b"%!PS"),)),
    FileFormat("old-word", "Word before 6", (),
               magic=((0, b"\x31\xbe\0\0"), (0, b"\xdb\xa5-\0"), (0, b"\x9b\xa5"))),
    FileFormat(
        "picture", "Picture",
        (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp"), "pictures.image",
        magic=((0, b"\x89PNG"), (0, b"\xff\xd8\xff"), (0, b"GIF8"), (0, b"BM"), (0, b"II*\0"),
               (0, b"MM\0*"), (8, b"WEBP")),
    ),
    FileFormat("sound", "Sound", (".mp3", ".ogg", ".flac", ".wav"),
               magic=((0, b"ID3"), (0, b"OggS"), (0, b"fLaC"), (8, b"WAVE"))),
    FileFormat("video", "Video and sound", (".mp4", ".m4a", ".mov"), magic=((4, b"ftyp"),)),
    FileFormat("sqlite", "SQLite database", (".sqlite", ".db"),
               magic=((0, b"SQLite format 3\0"),)),
    FileFormat("program", "Program", (".exe", ".dll", ".so"),
               magic=((0, b"\x7fELF"), (0, b"MZ"), (0, b"\xca\xfe\xba\xbe"))),
    FileFormat(
        "compressed", "Compressed", (".7z", ".rar", ".zst", ".lzh"),
        magic=((0, b"7z\xbc\xaf\x27\x1c"), (0, b"Rar!"), (0, b"\x28\xb5\x2f\xfd")),
    ),
    FileFormat("zip", "ZIP archive", (".zip",), "archives.archive"),
    # --- the last ones: what every text is where nothing else claims it ---------------------
    FileFormat("xml", "XML", (".xml", ".rss", ".atom", ".opml", ".kml", ".gpx", ".xliff", ".xlf",
                            ".tmx", ".dbk", ".dita", ".xsd", ".xsl", ".svg"), "markup.xml_text",
               text=True,
               guess=sniff.xml),
    FileFormat("text", "Text", (".txt", ".text", ".log"), "markup.text", text=True),
)  # fmt: skip

BY_TYPE = {row.type: row for row in FORMATS}
BY_SUFFIX = {suffix: row for row in reversed(FORMATS) for suffix in row.suffixes}
VERSIONS = {suffix[1:]: row.version if row.parser else 0 for suffix, row in BY_SUFFIX.items()} | {
    row.type: row.version if row.parser else 0 for row in FORMATS
}
"""Version of the reader of each type; by suffix too, because a file that failed is known by that.
0 where nothing reads it yet."""

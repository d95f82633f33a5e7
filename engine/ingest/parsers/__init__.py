"""One parser per file format; each turns bytes into pages of text."""

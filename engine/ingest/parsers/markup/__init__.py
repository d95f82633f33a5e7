"""Plain text, markup, data and source code."""

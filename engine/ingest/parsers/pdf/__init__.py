"""PDF: text with positions, tables, forms, comments, scanned pages."""

"""Word processors, spreadsheets and presentations, old and new."""

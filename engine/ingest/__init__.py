"""File → text → passages → vectors → store."""

"""Databases and table files that are pulled again and again, and stored as documents of rows."""

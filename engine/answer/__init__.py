"""Hits → cited answer."""

"""Measuring: metrics of answers and of retrieval."""

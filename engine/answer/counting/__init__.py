"""Questions that a table answers: understood, put as a query, and said."""

"""HTML and what is made of it: saved pages and books."""

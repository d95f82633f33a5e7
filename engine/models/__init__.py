"""Which model: the starter set, the catalogue, GGUF headers, models on disk."""

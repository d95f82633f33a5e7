"""Running models: the chat model in its own process, the embedder behind a protocol."""

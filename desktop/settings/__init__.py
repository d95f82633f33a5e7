"""The settings page and what the window remembers between two starts."""

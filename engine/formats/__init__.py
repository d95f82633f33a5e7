"""Formats that training shares with the engine: chat, examples, adapter manifest, job folder."""

"""The window: PySide6 on top of the engine; never SQL, never llama.cpp."""

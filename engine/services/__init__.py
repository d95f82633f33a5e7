"""What the assistant is made of: its parts, each one kind of work on a profile."""

"""Pictures of the window, drawn from the real engine."""

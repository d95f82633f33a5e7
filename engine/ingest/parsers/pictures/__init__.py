"""Text in pictures, recognised on this machine."""

"""The terminal face: commands, what they print, and their JSON."""

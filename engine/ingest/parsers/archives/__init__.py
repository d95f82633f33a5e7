"""Files in archives, read within bounds."""

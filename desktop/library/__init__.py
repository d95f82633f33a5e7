"""The library page: what is indexed, what could not be read and why, adding and updating."""

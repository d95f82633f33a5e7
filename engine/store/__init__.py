"""The vault: the only folder that writes SQL."""

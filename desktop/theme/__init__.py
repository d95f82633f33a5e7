"""The look: one dataclass of colours, the palette and the style sheet made of it, icons."""

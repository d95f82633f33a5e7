"""The benchmark suite: what Alcove is worth on real data. ``python -m tests.quality``."""

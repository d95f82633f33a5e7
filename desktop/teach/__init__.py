"""The Teach page: purpose, examples, training, result; and what was taught so far."""

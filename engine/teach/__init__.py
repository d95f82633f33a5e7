"""Training examples: made from what is here, looked at by the user, learnt from, compared."""

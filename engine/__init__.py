"""The assistant without a screen: no Qt, no torch."""

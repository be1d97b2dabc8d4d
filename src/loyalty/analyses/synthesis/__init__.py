"""The analysis "synthesis"."""

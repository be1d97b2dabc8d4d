"""The analysis "published"."""

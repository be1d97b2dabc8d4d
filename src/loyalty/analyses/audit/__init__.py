"""The analysis "audit"."""

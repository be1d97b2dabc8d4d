"""The analysis "conduct"."""

"""The analysis "descriptives"."""

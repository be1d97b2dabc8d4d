"""The analysis "failure"."""

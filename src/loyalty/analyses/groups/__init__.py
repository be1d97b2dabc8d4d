"""The analysis "groups"."""

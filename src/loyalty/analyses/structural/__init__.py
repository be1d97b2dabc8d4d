"""The analysis "structural"."""

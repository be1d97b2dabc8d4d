"""The analysis "drivers"."""

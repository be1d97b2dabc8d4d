"""The analysis "matrix"."""

"""The analysis "robustness"."""

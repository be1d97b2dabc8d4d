"""The analysis "reliability"."""

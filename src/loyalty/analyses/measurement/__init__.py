"""The analysis "measurement"."""

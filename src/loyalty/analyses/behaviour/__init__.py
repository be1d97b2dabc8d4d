"""The analysis "behaviour"."""

"""The analysis "voice"."""

"""What the real cases say together, chapter by chapter."""

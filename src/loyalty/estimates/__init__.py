"""What several analyses estimate for a case."""

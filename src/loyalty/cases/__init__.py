"""A case: its description, its survey and its tables."""

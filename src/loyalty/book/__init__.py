"""From findings to the book."""

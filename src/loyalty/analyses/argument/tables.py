"""Tables of the argument."""

"""The commands, a module for each family of them; :mod:`loyalty.cli` runs them."""

"""Figures of a matrix: none."""

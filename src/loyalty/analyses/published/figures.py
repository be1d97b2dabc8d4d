"""Printed figures and our own stand in tables; nothing of them is drawn."""

"""How things are shown: tables, charts, words."""

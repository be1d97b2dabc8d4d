"""One folder an analysis: findings, tables, figures, words."""

"""What everything stands on: errors, paths, numbers, texts, cited cut-offs, result files."""

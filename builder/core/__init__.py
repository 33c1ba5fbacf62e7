"""What every other part stands on: errors, specs, ids, translated text and atomic files."""

"""Keeping a watch whole: built anew, moved, trimmed, forgotten, examined."""

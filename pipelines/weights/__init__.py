"""Trained numbers, no texts and no vocabulary: see docs/models.md."""

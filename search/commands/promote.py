"""`veilleur promote`: see search.commands.decisions."""

from __future__ import annotations

from search.commands.decisions import promote as command

__all__ = ["command"]

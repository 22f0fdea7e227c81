"""`veilleur places`: see search.commands.decisions."""

from __future__ import annotations

from search.commands.decisions import places as command

__all__ = ["command"]

"""`veilleur mute`: see search.commands.decisions."""

from __future__ import annotations

from search.commands.decisions import mute as command

__all__ = ["command"]

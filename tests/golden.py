"""Golden pairs: a body as a site gives it, and the records that must come of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def as_json(record: Any) -> Any:
    """A record as its golden file writes it: without what is absent, empty or false."""
    return json.loads(json.dumps(_bare(asdict(record)), default=_write, ensure_ascii=False))


def read_golden(name: str) -> Any:
    """The records of a golden file."""
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _bare(each)
            for key, each in value.items()
            if each not in (None, "", (), False) and _bare(each) != {}
        }
    return [_bare(each) for each in value] if isinstance(value, tuple | list) else value


def _write(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)

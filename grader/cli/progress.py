"""How far a long run is: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 10.0


@contextmanager
def progress(total: int, what: str, stream: TextIO) -> Iterator[Callable[[int], None]]:
    """Show how far a run is.

    Args:
        total: how many things there are to do.
        what: what they are called.
        stream: where to show it.

    Yields:
        A function to be told how many more are done.
    """
    if not total:
        yield lambda more: None
    elif stream.isatty():
        with _bar(stream) as bar:
            task = bar.add_task(what, total=total, rate="")
            start = time.monotonic()

            def advance(more: int) -> None:
                bar.advance(task, more)
                done = bar.tasks[0].completed
                bar.update(task, rate=pace(done / max(time.monotonic() - start, 1e-9)))

            yield advance
    else:
        yield _Lines(total, what, stream).advance


def pace(rate: float) -> str:
    """How fast a run is, in words that a person can picture.

    Args:
        rate: things a second, above 0.
    """
    return f"{rate:.0f} a second" if rate >= 1 else f"{1 / rate:.1f} s each"


def _bar(stream: TextIO) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(compact=True),
        console=Console(file=stream),
    )


class _Lines:
    """Writes a plain line every few seconds, and one at the end."""

    def __init__(self, total: int, what: str, stream: TextIO) -> None:
        self._total, self._what, self._stream = total, what, stream
        self._done = 0
        self._start = self._written = time.monotonic()

    def advance(self, more: int) -> None:
        self._done += more
        now = time.monotonic()
        if now - self._written < SECONDS_BETWEEN_LINES and self._done < self._total:
            return
        self._written = now
        rate = self._done / max(now - self._start, 1e-9)
        left = (self._total - self._done) / rate
        self._stream.write(
            f"{self._what}: {self._done:,} of {self._total:,}, {pace(rate)}, {left:.0f} s left\n"
        )
        self._stream.flush()

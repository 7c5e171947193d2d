"""Ctrl-C: once, and what is in hand is finished first; twice, and everything ends at once.

Where Ctrl-C raises an exception wherever the program just is, that may be inside a callback or a
finaliser, where it is lost, or in the middle of something that must not be torn. So for the time of a
long run it only sets a flag, which is looked at between answers.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TypeVar

Stop = Callable[[], bool]
"""Whether the user wants to stop."""

AnyExecutor = TypeVar("AnyExecutor", bound=Executor)


def never() -> bool:
    """The answer of a run that nobody stops."""
    return False


@contextmanager
def stopped_gently(tell: Callable[[], None]) -> Iterator[Stop]:
    """Let Ctrl-C set a flag; a second one does what it did before.

    Where interrupts are ignored, as in what a shell runs in the background, they stay ignored; outside
    the main thread, where Python lets nobody listen to signals, nothing changes.

    Args:
        tell: called at the first Ctrl-C, to say that it was noticed.

    Yields:
        What says whether there was a Ctrl-C.

    Raises:
        KeyboardInterrupt: at the end, if there was one.
    """
    former = signal.getsignal(signal.SIGINT)
    # None: something that is not Python listens, and could not be put back.
    if former in (None, signal.SIG_IGN) or threading.current_thread() is not threading.main_thread():
        yield never
        return
    asked = False
    process = os.getpid()

    def heed(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if os.getpid() != process:  # a process that was forked with this handler does not decide
            return
        asked = True
        signal.signal(signal.SIGINT, former)
        with suppress(RuntimeError, OSError):  # of a stream that was just being written to
            tell()

    signal.signal(signal.SIGINT, heed)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, former)
    if asked:
        raise KeyboardInterrupt


@contextmanager
def not_awaited_at_interrupts(executor: AnyExecutor) -> Iterator[AnyExecutor]:
    """Use an executor, and wait for what it is at in the end, but not when interrupted.

    Args:
        executor: of threads or processes; what it has not begun by the end is left undone.
    """
    waiting = True
    try:
        yield executor
    except KeyboardInterrupt:
        waiting = False
        raise
    finally:
        executor.shutdown(wait=waiting, cancel_futures=True)

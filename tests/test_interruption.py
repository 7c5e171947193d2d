import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from grader.interruption import Stop, not_awaited_at_interrupts, stopped_gently


@pytest.fixture(autouse=True)
def _interrupts_are_heeded() -> Iterator[None]:
    """What a shell runs in the background ignores interrupts, and so do the tests that it runs there."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, former)


def interrupt() -> None:
    """As Ctrl-C does; Python calls the handler before this returns."""
    signal.raise_signal(signal.SIGINT)


def nothing() -> None:
    pass


def run(work: Callable[[Stop], None], tell: Callable[[], None] = nothing) -> None:
    with stopped_gently(tell) as stop:
        work(stop)


def test_one_interrupt_is_noticed_and_told_and_ends_the_run_only_when_it_is_done() -> None:
    seen: list[object] = []

    def work(stop: Stop) -> None:
        seen.append(stop())
        interrupt()
        seen.append(stop())

    with pytest.raises(KeyboardInterrupt):
        run(work, lambda: seen.append("told"))
    assert seen == [False, "told", True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_interrupt_stops_at_once() -> None:
    seen: list[object] = []

    def work(stop: Stop) -> None:
        interrupt()
        seen.append(stop())
        interrupt()
        seen.append("went on")

    with pytest.raises(KeyboardInterrupt):
        run(work)
    assert seen == [True]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_an_interrupt_nothing_changes() -> None:
    with stopped_gently(nothing) as stop:
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        assert not stop()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_is_not_hidden_by_an_interrupt_before_it() -> None:
    def work(stop: Stop) -> None:
        interrupt()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(work)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_inside_a_finaliser_is_not_lost() -> None:
    class Finalised:
        def __del__(self) -> None:
            interrupt()  # an exception that was raised here would only be printed

    seen: list[object] = []

    def work(stop: Stop) -> None:
        Finalised()
        seen.append(stop())

    with pytest.raises(KeyboardInterrupt):
        run(work)
    assert seen == [True]


def test_a_stream_that_is_being_written_to_does_not_turn_an_interrupt_into_an_error() -> None:
    def tell() -> None:
        raise RuntimeError("reentrant call inside <_io.BufferedWriter name='<stderr>'>")

    with pytest.raises(KeyboardInterrupt):
        run(lambda _: interrupt(), tell)


def test_ignored_interrupts_stay_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with stopped_gently(nothing) as stop:
        interrupt()
        assert not stop()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_outside_the_main_thread_nothing_is_listened_to() -> None:
    stops: list[bool] = []
    thread = threading.Thread(target=run, args=[lambda stop: stops.append(stop())])
    thread.start()
    thread.join()
    assert stops == [False]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_process_leaves_the_decision_to_the_one_that_it_was_forked_from() -> None:
    program = """
import os, signal
from grader.interruption import stopped_gently
with stopped_gently(lambda: print("told")) as stop:
    child = os.fork()
    if child == 0:
        signal.raise_signal(signal.SIGINT)
        os._exit(int(stop()))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    done = subprocess.run(
        [sys.executable, "-c", heeding + program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\n"


def test_at_an_interrupt_nobody_waits_for_a_thread() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go_on.wait()

    executor = ThreadPoolExecutor(1)
    left: list[Future[None]] = []

    def use() -> None:
        with not_awaited_at_interrupts(executor) as pool:
            pool.submit(work)
            left.append(pool.submit(nothing))
            begun.wait()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    assert left[0].cancelled()
    go_on.set()
    executor.shutdown()

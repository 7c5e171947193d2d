"""One judge's run over all texts, in a process of its own, so that its memory and its loading are its own."""

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from grader.bank import Bank
from grader.errors import UserError
from grader.grades import Grade
from grader.grading import Grader, Ungraded
from grader.judges import Judge, Judgement, JudgeSettings, Task, Thresholds, open_judge
from grader.quality.comparison_texts import Attack, attacks, sampled
from grader.quality.comparison_values import AttackOutcome, JudgeRun, Tried
from grader.quality.golden import GoldenQuestion
from grader.quality.graded_once import Asked
from grader.quality.probe_kinds import MOST_CHANGED, MOST_EARNED
from grader.scoring import DIGITS

ATTACKS_AT_ONCE = 16
"""The most attacks that a judge is handed at a time, so that it works in parallel and yet seems to move."""

SECONDS_TO_END = 5.0
"""How long an ended process has before it is killed."""

Done = Callable[[int], None]


class JudgeCall(NamedTuple):
    """What a run needs, as values that another process can be handed.

    Attributes:
        bank: the bank's folder.
        judge: the judge's name.
        settings: how it is to work.
        golden: the golden answers that judges are compared on.
        sample: at most how many of them; all if None.
    """

    bank: Path
    judge: str
    settings: JudgeSettings
    golden: tuple[GoldenQuestion, ...]
    sample: int | None


def texts_to_judge(golden: Sequence[GoldenQuestion], sample: int | None) -> int:
    """How many texts a run judges.

    Args:
        golden: the golden answers that judges are compared on.
        sample: at most how many of them; all if None.
    """
    chosen = sampled(golden, sample)
    return sum(len(each.answers) for each in chosen) + len(_asked(attacks(chosen, sample)))


def run_judge(
    bank: Bank,
    judge: Judge,
    golden: Sequence[GoldenQuestion],
    sample: int | None,
    done: Done,
    asked: str = "",
) -> JudgeRun:
    """Let a judge judge all texts: the golden answers one by one with a clock, then the attacks.

    Args:
        bank: the questions.
        judge: not used before, so that its first answer shows how long it takes to load.
        golden: the golden answers that judges are compared on.
        sample: at most how many of them; all if None.
        done: is told how many more texts are done.
        asked: the name that the user gave the judge; its own if empty.

    Raises:
        UserError: a text is too long, or the judge cannot work.
    """
    chosen = sampled(golden, sample)
    timed = _Watched(judge, 1, done)
    tried = _golden_tried(Grader(bank, timed), chosen)
    watched = _Watched(judge, min(judge.batch, ATTACKS_AT_ONCE), done)
    outcomes = _attacked(Grader(bank, watched), attacks(chosen, sample))
    return JudgeRun(
        asked or judge.name,
        judge.name,
        judge.version,
        tried,
        outcomes,
        tuple(timed.seconds),
        tuple(timed.calls),
        peak_memory(),
    )


def run_in_process(call: JudgeCall, done: Done) -> JudgeRun:
    """Let a judge judge all texts in a new process, which ends with it, however it ends.

    Args:
        call: the judge and the texts.
        done: is told how many more texts are done.

    Raises:
        UserError: as ``run_judge`` does, or the system ended the process.
    """
    context = get_context("spawn")
    ours, its = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(call, its), daemon=True)
    try:
        with _no_interrupt():  # is passed on to the process: this one decides when to stop
            process.start()
        its.close()
        return _received(ours, done)
    except EOFError:
        process.join(SECONDS_TO_END)
        raise _ended(call.judge, process.exitcode) from None
    finally:
        ours.close()
        if process.pid is not None:
            process.terminate()
            process.join(SECONDS_TO_END)
            process.kill()


def peak_memory() -> int | None:
    """The most memory that this process ever held, in bytes; None where the system does not tell."""
    # On Linux the figure of getrusage begins with that of the process that started this one.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    if find_spec("resource") is None:
        return None
    import resource
    import sys

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class _Watched:
    """A judge that is handed few answers at a time; how long they take and what they ask is kept."""

    def __init__(self, judge: Judge, at_once: int, done: Done) -> None:
        self._judge, self._at_once, self._done = judge, at_once, done
        self.seconds: list[float] = []
        self.calls: list[int] = []

    @property
    def name(self) -> str:
        return self._judge.name

    @property
    def version(self) -> str:
        return self._judge.version

    @property
    def thresholds(self) -> Thresholds:
        return self._judge.thresholds

    @property
    def batch(self) -> int:
        return self._at_once

    def judge(self, tasks: Sequence[Task]) -> list[Judgement]:
        began = time.perf_counter()
        judged = self._judge.judge(tasks)
        self.seconds.append(time.perf_counter() - began)
        self.calls += (each.calls for each in judged)
        self._done(len(tasks))
        return judged


def _golden_tried(grader: Grader, golden: Sequence[GoldenQuestion]) -> tuple[Tried, ...]:
    outcomes = grader.try_many((each.question.id, answer.text) for each in golden for answer in each.answers)
    return tuple((each, tuple(_grade(next(outcomes)) for _ in each.answers)) for each in golden)


def _attacked(grader: Grader, tried: Sequence[Attack]) -> tuple[AttackOutcome, ...]:
    asked = _asked(tried)
    outcomes = zip(asked, grader.try_many(asked), strict=True)
    grades = {each: grade for each, outcome in outcomes if (grade := _grade(outcome))}
    return tuple(_outcome(attack, grades) for attack in tried)


def _outcome(attack: Attack, grades: Mapping[Asked, Grade]) -> AttackOutcome:
    name, text = attack.probe.name, attack.text
    grade, base = (grades.get((attack.question.id, each or "")) for each in (text.text, text.base))
    if grade is None or (text.base is not None and base is None):
        return AttackOutcome(name, False, 0.0)
    if base is None:
        return AttackOutcome(name, grade.coverage > MOST_EARNED, grade.coverage)
    raised = round(grade.coverage - base.coverage, DIGITS)
    return AttackOutcome(name, raised > MOST_CHANGED, raised)


def _grade(outcome: Grade | Ungraded) -> Grade | None:
    return outcome if isinstance(outcome, Grade) else None


def _asked(tried: Sequence[Attack]) -> tuple[Asked, ...]:
    """The texts to be graded, each once: the attacks and what they are compared with."""
    found: dict[Asked, None] = {}
    for attack in tried:
        texts = (attack.text.base, attack.text.text)
        found |= {(attack.question.id, text): None for text in texts if text is not None}
    return tuple(found)


def _work(call: JudgeCall, pipe: Connection) -> None:
    """What the new process does: it sends counts of texts, and at the end a run or what the user is told."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    try:
        judge = open_judge(call.judge, call.settings)
        done: Done = partial(_send, pipe)
        found: JudgeRun | UserError = run_judge(
            Bank.open(call.bank), judge, call.golden, call.sample, done, call.judge
        )
    except UserError as error:
        found = error
    except MemoryError:
        found = _no_memory(call.judge)
    _send(pipe, found)


def _leave(number: int, frame: FrameType | None) -> None:
    """End in order, so that what libraries share between processes is given back."""
    raise SystemExit


def _send(pipe: Connection, message: "int | JudgeRun | UserError") -> None:
    try:
        pipe.send(message)
    except OSError:  # nobody listens any more
        raise SystemExit from None


def _received(pipe: Connection, done: Done) -> JudgeRun:
    while True:
        message: int | JudgeRun | UserError = pipe.recv()
        if isinstance(message, UserError):
            raise message
        if isinstance(message, JudgeRun):
            return message
        done(message)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ended(judge: str, code: int | None) -> Exception:
    """Why there is no run: the system ended the process, or it failed, which is a bug and was printed."""
    if code is not None and code >= 0:
        return RuntimeError(f"the process of the judge {judge} failed")
    if code is None or code == -9:
        return _no_memory(judge)
    return UserError(
        f"the process of the judge {judge} crashed (signal {-code}); its libraries may be broken"
    )


def _no_memory(judge: str) -> UserError:
    return UserError(
        f"the process of the judge {judge} was ended by the system, most likely for want of memory; take a "
        "smaller model"
    )

"""A class as a whole: speed against the judge alone, memory, kills, and what is malformed.

    python -m eval.benchmarks.classes

Each run is the command itself, ``grade batch``, as a process of its own. Answers are those of the
benchmark of throughput: sentences of reference answers, drawn at random.
"""

import json
import os
import random
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import click

from eval.benchmarks.malformed import MALFORMED
from eval.benchmarks.table import write_table
from eval.benchmarks.throughput import make_answers
from grader.bank import Bank
from grader.judges import Task, open_judge
from grader.passages import Answer
from grader.results import FILE

QUESTIONS = 10
KILLED_CLASS = 400
PARTS = ("speed", "kills", "malformed", "memory")
BATCH = 64


class Run(NamedTuple):
    """A command that ended.

    Attributes:
        code: its exit code; negative where a signal ended it.
        seconds: by the clock.
        megabytes: largest resident size.
        errors: what it wrote to standard error.
    """

    code: int
    seconds: float
    megabytes: float
    errors: str


def run_batch(source: Path, out: Path, *options: str, kill_after: float | None = None) -> Run:
    """Run ``grade batch``, and kill it after so many seconds if that is given."""
    command = [str(Path(sys.executable).with_name("grade")), "batch", str(source), "--out", str(out)]
    with tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=errors)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(process.pid, signal.SIGKILL)  # one that has ended is still there until it is waited for
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        unit = 1 if sys.platform == "darwin" else 1024
        return Run(process.returncode, seconds, usage.ru_maxrss * unit / 1e6, errors.read())


def write_source(path: Path, answers: Iterable[tuple[str, str]]) -> Path:
    """Write a class as JSON Lines, ten answers a student."""
    with path.open("w") as stream:
        for number, (question, text) in enumerate(answers):
            row = {"student": f"student {number // QUESTIONS:05}", "question": question, "text": text}
            stream.write(json.dumps(row) + "\n")
    return path


def outcome(folder: Path) -> dict[str, bytes]:
    """Everything in a folder of results; of the database, what it holds."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.name != ".running"}
    del files[FILE]
    connection = sqlite3.connect(folder / FILE)
    files["tables"] = "\n".join(connection.iterdump()).encode()
    connection.close()
    return files


def graded(out: Path) -> int:
    """How many grades are kept."""
    connection = sqlite3.connect(out / FILE)
    (count,) = connection.execute("SELECT count(*) FROM grades").fetchone()
    connection.close()
    return int(count)


def speed(folder: Path, count: int, turns: int) -> list[list[str]]:
    """A class of so many answers against the judge alone, in turns; then killed half way and resumed."""
    made = list(make_answers(list(Bank.open())[:QUESTIONS], count))
    source = write_source(folder / "speed.jsonl", ((q.id, text) for q, text in made))
    judge = open_judge()
    judge.judge([Task(question, Answer.of("A few words.")) for question, _ in made[:QUESTIONS]])
    alone, whole, resumed = [], [], []
    for turn in range(turns):
        tasks = [Task(question, Answer.of(text)) for question, text in made]
        start = time.perf_counter()
        for first in range(0, len(tasks), BATCH):
            judge.judge(tasks[first : first + BATCH])
        alone.append(time.perf_counter() - start)
        run = run_batch(source, folder / f"whole-{turn}")
        whole.append(run.seconds)
        parts = [run_batch(source, folder / f"half-{turn}", kill_after=run.seconds / 2)]
        kept = graded(folder / f"half-{turn}")
        parts.append(run_batch(source, folder / f"half-{turn}"))
        resumed.append(sum(part.seconds for part in parts))
        click.echo(f"turn {turn + 1}: {kept} of {count} were kept when it was killed", err=True)
    share = statistics.median(a / w for a, w in zip(alone, whole, strict=True))
    again = statistics.median(w / r for w, r in zip(whole, resumed, strict=True))
    return [
        ["the judge alone", f"{count * turns / sum(alone):.1f}", "100%"],
        ["grade batch, from its start to its end", f"{count * turns / sum(whole):.1f}", f"{share:.0%}"],
        [
            "grade batch, killed half way and run again, both together",
            f"{count * turns / sum(resumed):.1f}",
            f"{share * again:.0%} ({again:.0%} of the undisturbed)",
        ],
    ]


def memory(folder: Path, sizes: Iterable[int]) -> list[list[str]]:
    """The largest resident size for classes of several sizes, of short answers, all different."""
    words = [word for question in Bank.open() for word in question.reference_answer.split()]
    generator = random.Random(0)
    ids = Bank.open().ids[:QUESTIONS]
    rows = []
    for size in sizes:
        answers = ((ids[i % QUESTIONS], " ".join(generator.sample(words, 12))) for i in range(size))
        run = run_batch(write_source(folder / f"{size}.jsonl", answers), folder / f"memory-{size}")
        rows.append([f"{size:,}", f"{run.megabytes:.0f}", f"{run.seconds:.0f}"])
    return rows


def kills(folder: Path, count: int) -> list[list[str]]:
    """How many runs, each killed at a random moment and run again, end like an undisturbed one."""
    made = make_answers(list(Bank.open())[:QUESTIONS], KILLED_CLASS)
    source = write_source(folder / "kills.jsonl", ((q.id, text) for q, text in made))
    run = run_batch(source, folder / "undisturbed")
    expected = outcome(folder / "undisturbed")
    generator = random.Random(0)
    ended = equal = 0
    while (killed := len(list(folder.glob("killed-*"))) - ended) < count:
        out = folder / f"killed-{killed + ended}"
        if run_batch(source, out, kill_after=generator.uniform(0.1, run.seconds)).code >= 0:
            out.mkdir(exist_ok=True)
            ended += 1  # too late to be killed: no test of anything
            continue
        run_batch(source, out)
        equal += outcome(out) == expected
    return [[f"{killed}", f"{equal}"]]


def malformed(folder: Path) -> list[list[str]]:
    """What each malformed input led to."""
    rows = []
    for number, case in enumerate(MALFORMED):
        source, out = case.write(folder / f"malformed-{number}"), folder / f"malformed-out-{number}"
        run = run_batch(source, out, *case.options)
        problems = (out / "problems.csv").read_text("utf-8").count("\n") - 1 if run.code == 1 else 0
        kept = graded(out) if run.code == 1 else 0
        told = f"{problems} in problems.csv" if problems else "one line" if run.code == 2 else "nothing"
        sound = run.code in (1, 2) and "Traceback" not in run.errors and (problems, kept) == case.expected
        rows.append([case.name, told, f"{kept} graded", "yes" if sound else "NO"])
    return rows


@click.command()
@click.option("--answers", default=2000, show_default=True)
@click.option("--turns", default=3, show_default=True)
@click.option("--large", default=100_000, show_default=True)
@click.option("--killed", default=20, show_default=True)
@click.option("--part", "parts", multiple=True, type=click.Choice(PARTS), default=PARTS, help="Only these.")
def main(answers: int, turns: int, large: int, killed: int, parts: tuple[str, ...]) -> None:
    """Print and write the tables."""
    command = "`python -m eval.benchmarks.classes`"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "speed" in parts:
            write_table(
                "class_speed",
                f"A class of {answers:,} answers of about 80 words, ten questions, {turns} turns: {command}",
                ["what", "answers a second", "of the judge alone, median of turns"],
                speed(folder, answers, turns),
            )
        if "kills" in parts:
            write_table(
                "class_kills",
                f"A class of {KILLED_CLASS} answers, killed at random moments and run again: {command}",
                ["killed", "equal to an undisturbed run"],
                kills(folder, killed),
            )
        if "malformed" in parts:
            write_table(
                "class_malformed",
                f"Malformed inputs, each beside what can be read: {command}",
                ["input", "told in", "the rest", "as it should be"],
                malformed(folder),
            )
        if "memory" in parts:
            write_table(
                "class_memory",
                f"Classes of answers of 12 words, all different: {command}",
                ["answers", "peak memory, MB", "seconds"],
                memory(folder, (large // 10, large)),
            )


if __name__ == "__main__":
    main()

"""One answer as a whole process, against the import of sentence-transformers alone, in one run.

    python -m eval.benchmarks.speed

The two processes take turns, so that a machine that slows down slows both. Memory is the largest
resident size of the process, as the operating system counts it.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import click

from eval.benchmarks.table import write_table

ROOT = Path(__file__).parents[2]
OURS = [
    str(Path(sys.executable).with_name("grade")),
    str(ROOT / "examples" / "random-forest.txt"),
    "--question",
    "random-forest",
]
THEIRS = [sys.executable, "-c", "import sentence_transformers"]


def run_once(command: list[str]) -> tuple[float, float]:
    """Run a command to its end.

    Returns:
        Seconds by the clock, and megabytes of the largest resident size.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise click.ClickException(f"{' '.join(command)} failed with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit / 1e6


@click.command()
@click.option("--runs", default=10, show_default=True)
def main(runs: int) -> None:
    """Print the medians, and the median of the paired ratios."""
    run_once(OURS), run_once(THEIRS)  # warm the disk
    pairs = [(run_once(OURS), run_once(THEIRS)) for _ in range(runs)]
    rows = []
    for name, results in zip(
        ("grade ANSWER", "import sentence_transformers"), zip(*pairs, strict=True), strict=True
    ):
        seconds = [result[0] for result in results]
        rows.append(
            [
                name,
                f"{statistics.median(seconds):.2f}",
                f"{min(seconds):.2f} to {max(seconds):.2f}",
                f"{max(result[1] for result in results):.0f}",
            ]
        )
    ratio = statistics.median(theirs[0] / ours[0] for ours, theirs in pairs)
    rows.append(["import / grade, median of pairs", f"{ratio:.1f} times", "", ""])
    write_table(
        "speed",
        f"One answer as a whole process, {runs} runs of each in turn: `python -m eval.benchmarks.speed`",
        ["process", "seconds, median", "range", "peak memory, MB"],
        rows,
    )


if __name__ == "__main__":
    main()

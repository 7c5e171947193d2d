"""What it saves to read question and answer once: the `hf:` judge against a whole prompt a key point.

    python -m eval.benchmarks.shared_prefix --model MODEL

Both ways take turns with the same model, in one process, so that a machine that slows down slows both.
Nothing is kept from one turn to the next.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click

from eval.benchmarks.table import write_table
from grader import Bank
from grader.judges import DEFAULT_MODEL, JudgeSettings, Task
from grader.judges.late_interaction import LateInteractionJudge
from grader.judges.llm.causal import CausalJudge, open_causal
from grader.judges.llm.prompts import own_parts, shared_part
from grader.judges.llm.yes_or_no import raw_finding
from grader.models import resolve
from grader.passages import Answer, Passage

KEY_POINTS = 6
WORDS = 150

LogOdds = list[float]
Nearest = Sequence[Passage | None]


def task_of(question: str) -> Task:
    """Six key points of a question and the first 150 words of its reference answer."""
    whole = Bank.open()[question]
    words = Answer.of(whole.reference_answer).text.split()
    text = " ".join(words * (1 + WORDS // len(words)))
    answer = " ".join(text.split()[:WORDS])
    fewer = whole.model_copy(update={"key_points": whole.key_points[:KEY_POINTS], "misconceptions": ()})
    return Task(fewer, Answer.of(answer))


def in_whole_prompts(judge: CausalJudge, task: Task, nearest: Nearest) -> LogOdds:
    """A prompt of its own for each key point, all of it read each time."""
    model = judge.model
    shared = [*model.template.before, *model.text_tokens(shared_part(task, show_reference=False))]
    found = []
    for own in own_parts(task, nearest):
        model.forget()
        ids = [*shared, *model.text_tokens(own), *model.template.after]
        found.append(raw_finding(*model.yes_and_no(ids[:-1], [ids[-1:]])[0]).raw)
    return found


def with_shared_prefix(judge: CausalJudge, task: Task, nearest: Nearest) -> LogOdds:
    """As the judge does it."""
    judge.model.forget()
    return [finding.raw for finding in judge.read(task, nearest)]


def timed(way: Callable[[], LogOdds]) -> tuple[float, LogOdds]:
    """Seconds, and what came of it."""
    start = time.perf_counter()
    found = way()
    return time.perf_counter() - start, found


@click.command()
@click.option(
    "--model", "models", required=True, multiple=True, help="A folder or a .gguf file; several in turn."
)
@click.option("--turns", default=3, show_default=True)
@click.option("--question", default="random-forest", show_default=True)
def main(models: tuple[str, ...], turns: int, question: str) -> None:
    """Print the medians, and the median of the paired ratios."""
    task = task_of(question)
    nearest = LateInteractionJudge(resolve(DEFAULT_MODEL)).locate(task).evidence
    rows = []
    for name in models:
        judge = open_causal(name, JudgeSettings(device="cpu"))
        ways = [partial(way, judge, task, nearest) for way in (with_shared_prefix, in_whole_prompts)]
        ways[0]()  # loads the model
        pairs = [(timed(ways[0]), timed(ways[1])) for _ in range(turns)]
        apart = max(abs(a - b) for ours, theirs in pairs for a, b in zip(ours[1], theirs[1], strict=True))
        rows.append(
            [
                Path(name).stem,
                *(f"{statistics.median(pair[way][0] for pair in pairs):.1f}" for way in (0, 1)),
                f"{statistics.median(ours[0] / theirs[0] for ours, theirs in pairs):.2f}",
                f"{apart:.1e}",
            ]
        )
    write_table(
        "shared_prefix",
        f"A language model, {KEY_POINTS} key points, an answer of {WORDS} words, {turns} turns: "
        "`python -m eval.benchmarks.shared_prefix --model MODEL`",
        [
            "model",
            "shared prefix, seconds",
            "whole prompts, seconds",
            "ratio, median of turns",
            "log-odds apart",
        ],
        rows,
    )


if __name__ == "__main__":
    main()

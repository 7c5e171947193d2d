"""Many answers in one process, against a cross-encoder on the same pairs, in one run.

    python -m eval.benchmarks.throughput

The answers are sentences of the bank's reference answers, drawn at random to about 80 words, each
held against six key points. The cross-encoder is a MiniLM of six layers, as large as our encoder,
with weights that mean nothing: only its time counts. The two take turns, on the same answers.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator

import click

from eval.benchmarks.table import write_table
from eval.training.published import wheel_weights
from grader.bank import Bank, Question
from grader.grading import Grader
from grader.passages import Answer

WORDS = 80
KEY_POINTS = 6
SETTLE = 1.0
"""Seconds before each turn, in which the other's idle threads stop spinning."""


def make_answers(questions: list[Question], count: int) -> Iterator[tuple[Question, str]]:
    """Answers of about eighty words, with the question that each is held against."""
    generator = random.Random(0)
    sentences = [s.passage.text for q in questions for s in Answer.of(q.reference_answer).sentences]
    for i in range(count):
        chosen: list[str] = []
        while sum(len(sentence.split()) for sentence in chosen) < WORDS - 8:
            chosen.append(generator.choice(sentences))
        yield questions[i % len(questions)], " ".join(chosen)


class _SmallBank(Bank):
    """The bank with six key points a question, and no other propositions."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank.folder)
        self._questions = {
            question.id: question.model_copy(
                update={
                    "key_points": tuple(
                        point.model_copy(update={"examples": ()})
                        for point in question.key_points[:KEY_POINTS]
                    ),
                    "misconceptions": (),
                }
            )
            for question in bank
        }

    def __getitem__(self, question: str) -> Question:
        return self._questions[question]


def _seconds(work: Callable[[list[tuple[str, str]]], object], pairs: list[tuple[str, str]]) -> float:
    time.sleep(SETTLE)
    start = time.perf_counter()
    work(pairs)
    return time.perf_counter() - start


def _grading(grader: Grader) -> Callable[[list[tuple[str, str]]], object]:
    return lambda answers: list(grader.grade_many(answers))


@click.command()
@click.option("--answers", default=500, show_default=True)
@click.option("--parts", default=5, show_default=True, help="In how many turns.")
def main(answers: int, parts: int) -> None:
    """Print answers a second of each, and the median of the paired ratios."""
    from sentence_transformers import CrossEncoder

    full, small = Bank.open(), _SmallBank(Bank.open())
    made = list(make_answers(list(full), answers))
    graders = {
        "grade, 6 key points": Grader(small),
        "grade, whole rubrics with examples and misconceptions": Grader(full),
    }
    cross_encoder = CrossEncoder(str(wheel_weights()), num_labels=1)
    for grader in graders.values():  # key points are encoded once and kept
        list(grader.grade_many((question.id, "A few words.") for question in full))
    cross_encoder.predict([("a key point", "an answer")])
    times: dict[str, list[float]] = {name: [] for name in (*graders, "cross-encoder, 6 key points")}
    for part in range(parts):
        batch = made[part::parts]
        answered = [(question.id, text) for question, text in batch]
        for name, grader in graders.items():
            times[name].append(_seconds(_grading(grader), answered))
        pairs = [(point.text, text) for question, text in batch for point in small[question.id].key_points]
        times["cross-encoder, 6 key points"].append(_seconds(cross_encoder.predict, pairs))
    slow = times["cross-encoder, 6 key points"]
    rows = []
    for name, seconds in times.items():
        ratio = statistics.median(theirs / ours for theirs, ours in zip(slow, seconds, strict=True))
        rows.append([name, f"{answers / sum(seconds):.1f}", f"{ratio:.1f}"])
    write_table(
        "throughput",
        f"{answers} answers of about {WORDS} words in one process: `python -m eval.benchmarks.throughput`",
        ["what", "answers a second", "times the cross-encoder, median of turns"],
        rows,
    )


if __name__ == "__main__":
    main()
